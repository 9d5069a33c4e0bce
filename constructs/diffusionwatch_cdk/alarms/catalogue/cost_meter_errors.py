from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class CostMeterErrors(AlarmRule):
    """Readings of the cost meter that fail call after call."""

    id = "cost-meter-errors"
    title = "The cost meter cannot read all that it needs"
    guards = "Figures that would be missing or old: a price that is no longer read, idle dollars without readings."
    first_action = "Read the cost meter's log: it names the action that failed and AWS's reason, such as throttling."
    default, unit = 0, "failed readings"
    default_reason = "One failure is made up for by the next call; three calls of four in twenty minutes are a fault."
    period, datapoints, periods = 300, 3, 4
    missing = "notBreaching"
    missing_reason = "cost-meter-silent speaks for a meter that says nothing."
    severity = Severity.TICKET
    needs = (Need.COST_METER,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("CostMeterErrors", "Maximum", self.period))
