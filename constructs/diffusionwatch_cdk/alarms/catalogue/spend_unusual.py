from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class SpendUnusual(AlarmRule):
    """Dollars of today, against those of the same weekday a week ago at the same time.

    CloudWatch's metric math cannot shift a metric in time, so the cost meter publishes what it remembers.
    """

    id = "spend-unusual"
    title = "Today costs far more than the same day of last week"
    guards = "Money, against habit: no plan has to be right for it, and weekends are held against weekends."
    first_action = "Compare the group's size with last week's: a launch, a campaign, or something left on?"
    default, unit = 1.5, "times the dollars of last week's same day by this time"
    default_reason = "Half as much again is more than traffic changes in a week; little money is not compared."
    period, datapoints, periods = 3600, 2, 2
    missing = "notBreaching"
    missing_reason = "A service's first week has nothing to be compared with."
    severity = Severity.TICKET
    needs = (Need.COST_METER,)
    fewest_hours = 4
    """of one instance: below that much money a ratio says nothing"""

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        least = round(self.fewest_hours * (watched.fleet.usd_per_hour or 1), 4)
        return measure(
            f"IF(usual >= {least:g}, today / usual, 0)",
            label="Today by the same day of last week",
            today=watched.worker("CostToday", "Maximum", self.period),
            usual=watched.worker("ExpectedCostToday", "Maximum", self.period),
        )
