from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class AtMax(AlarmRule):
    """In service, of the maximum size."""

    id = "at-max"
    title = "The group is at its maximum size"
    guards = "Capacity: scaling cannot help any more. Alone it is no fault: a fleet of fixed size is always there."
    first_action = "Raise the group's maximum size if the budget allows, else shed load."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 100, "percent of the maximum size in service"
    default_reason = "The maximum is the maximum; fifteen minutes tell a peak from a plateau."
    period, datapoints, periods = 60, 15, 15
    missing = "notBreaching"
    missing_reason = "A group of maximum size 0 gives no point; asg-metrics-silent speaks for a silent one."
    needs = (Need.AUTO_SCALING_GROUP, Need.QUEUE)  # without a queue nobody knows whether somebody waits

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "100 * in_service / maximum",
            label="In service, percent of maximum",
            in_service=watched.group("GroupInServiceInstances", "Minimum", self.period),
            maximum=watched.group("GroupMaxSize", "Maximum", self.period),
        )
