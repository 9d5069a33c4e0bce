from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class CostHour(AlarmRule):
    """Dollars of the last hour, against the plan."""

    id = "cost-hour"
    title = "The fleet costs more than planned"
    guards = "Money, within the hour: AWS Budgets answers after 8 to 12 hours."
    first_action = "Compare the group's size with the plan: what launched, and did somebody mean it?"
    default, unit = 1.2, "times the planned cost of an hour"
    default_reason = "A fifth above plan is scaling that somebody should have planned."
    period, datapoints, periods = 3600, 1, 1
    missing = "notBreaching"
    missing_reason = "cost-meter-silent speaks for a meter that says nothing."
    severity = Severity.TICKET
    needs = (Need.PLAN, Need.COST_METER)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("EstimatedCost", "Sum", self.period))

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        return round(threshold * (watched.fleet.planned_usd_per_hour or 0), 4)


class CostHourPage(CostHour):
    """The same, three times over plan."""

    id = "cost-hour-page"
    title = "The fleet costs several times what was planned"
    guards = "Money: a runaway scale-out spends a month's budget in a weekend."
    first_action = "Set the group's maximum size back to plan now; then find what scaled it."
    default = 3
    default_reason = "No planned scale-out trebles a fleet; the catalogue's ticket came long before."
    severity = Severity.PAGE
