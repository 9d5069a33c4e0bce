from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class CapacityGap(AlarmRule):
    """Desired minus in service."""

    id = "capacity-gap"
    title = "The group does not get the instances that it asks for"
    guards = "Capacity: the type is sold out, a quota is reached, or instances fail their checks."
    first_action = "Read the group's scaling activity history: it names the reason of each failed launch."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 1, "instances missing"
    default_reason = "Fifteen minutes are three launches of a GPU instance; a healthy one has arrived by then."
    period, datapoints, periods = 60, 15, 15
    missing = "notBreaching"
    missing_reason = "asg-metrics-silent speaks for a group that says nothing."
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "desired - in_service",
            label="Instances missing",
            desired=watched.group("GroupDesiredCapacity", "Maximum", self.period),
            in_service=watched.group("GroupInServiceInstances", "Maximum", self.period),
        )
