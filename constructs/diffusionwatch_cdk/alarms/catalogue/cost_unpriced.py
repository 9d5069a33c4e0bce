from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class CostUnpriced(AlarmRule):
    """Instances that run and whose price nobody knows."""

    id = "cost-unpriced"
    title = "Instances run whose price is not known"
    guards = "Sight of money: the dollars of these instances are in no figure."
    first_action = "Read the type in the cost meter's log; set usd_per_hour, or capacity_block_usd_per_hour."
    default, unit = 0, "instances"
    default_reason = "One GPU instance costs up to 100 dollars an hour."
    period, datapoints, periods = 300, 2, 3
    missing = "notBreaching"
    missing_reason = "cost-meter-silent speaks for a meter that says nothing."
    severity = Severity.TICKET
    needs = (Need.COST_METER,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("UnpricedInstances", "Maximum", self.period))
