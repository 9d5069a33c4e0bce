from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class GroupMetricsSilent(AlarmRule):
    """Whether the Auto Scaling group says how large it is."""

    id = "asg-metrics-silent"
    title = "The Auto Scaling group publishes no metrics"
    guards = "Sight: idle, missing and capacity alarms count instances. Group metrics are off until asked for."
    first_action = "Turn them on: aws autoscaling enable-metrics-collection --granularity 1Minute for the group."
    comparison = "LessThanThreshold"
    default, unit = 1, "samples in five minutes"
    default_reason = "Five are due."
    period, datapoints, periods = 300, 3, 4
    missing = "breaching"
    missing_reason = "Silence is what this alarm is about; a group at zero instances still reports 0."
    warm_up_minutes = 30  # FILL makes zeros of the time before
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        # Without FILL the alarm would look back past its periods for points, and speak minutes later.
        return measure(
            "FILL(samples, 0)",
            label="Samples of the group's size",
            samples=watched.group("GroupInServiceInstances", "SampleCount", self.period),
        )
