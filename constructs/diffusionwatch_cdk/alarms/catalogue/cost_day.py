from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class CostDay(AlarmRule):
    """Dollars of yesterday, against the plan."""

    id = "cost-day"
    title = "Yesterday cost more than planned"
    guards = "Money that leaks slowly: each hour within the limit of cost-hour, the day beyond plan."
    first_action = "Compare yesterday's instances with the plan hour by hour; correct the plan or the schedule."
    default, unit = 1.1, "times the planned cost of a day"
    default_reason = "A day evens out peaks, so a tenth above plan is a plan that does not hold."
    period, datapoints, periods = 86_400, 1, 1
    wall_clock = "UTC"
    missing = "notBreaching"
    missing_reason = "cost-meter-silent speaks for a meter that says nothing."
    severity = Severity.TICKET
    needs = (Need.PLAN, Need.COST_METER)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("EstimatedCost", "Sum", self.period))

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        return round(threshold * 24 * (watched.fleet.planned_usd_per_hour or 0), 4)
