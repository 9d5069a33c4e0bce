from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class IdleDollars(AlarmRule):
    """Dollars of idle GPUs in six hours, against the planned cost of six hours."""

    id = "idle-dollars"
    title = "A good part of the money goes to idle GPUs"
    guards = "Money that gpu-idle-no-work does not see: some GPUs idle while others work."
    first_action = "Read utilisation by instance on the GPU dashboard: a stuck worker, or more instances than work?"
    default, unit = 40, "percent of the planned cost"
    default_reason = "Scaling leaves a quarter of a fleet waiting between peaks; two fifths for six hours is no gap."
    period, datapoints, periods = 21_600, 1, 1
    missing = "notBreaching"
    missing_reason = "cost-meter-silent speaks for a meter that says nothing, agent-silent for silent GPUs."
    severity = Severity.TICKET
    needs = (Need.PLAN, Need.COST_METER)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("IdleCost", "Sum", self.period))

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        return round(threshold / 100 * self.period / 3600 * (watched.fleet.planned_usd_per_hour or 0), 4)
