from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import HOURS_A_MONTH, WatchedFleet
from ..rule import AlarmRule, Need, Severity


class BudgetBurnFast(AlarmRule):
    """Dollars of six hours, against the pace at which the budget lasts the month."""

    id = "budget-burn-fast"
    title = "Money is spent at twice the pace of the budget"
    guards = "The month's budget, within the day: what AWS Budgets tells when it is gone."
    first_action = "Compare what runs with the plan; set the group's maximum size back, or raise the budget."
    default, unit = 2.0, "times the budget's pace"
    default_reason = "At twice the pace the month's money is gone on the fifteenth; six hours even out a peak."
    period, datapoints, periods = 21_600, 1, 1
    missing = "notBreaching"
    missing_reason = "cost-meter-silent speaks for a meter that says nothing."
    severity = Severity.TICKET
    needs = (Need.COST_METER,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("EstimatedCost", "Sum", self.period))

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        return round(threshold * watched.budget_usd * self.period / 3600 / HOURS_A_MONTH, 4)


class BudgetBurnSlow(BudgetBurnFast):
    """The same for three days, at a lower speed."""

    id = "budget-burn-slow"
    title = "Three days in a row cost more than the budget bears"
    guards = "The month's budget, from a pace that no single hour shows."
    first_action = "Read the cost dashboard by the day: correct schedules and minimum sizes, or the budget."
    default = 1.5
    default_reason = "A fleet that rests at weekends spends 1.4 times the pace on weekdays; at 1.5 money lasts 20 days."
    period, datapoints, periods = 86_400, 3, 3
