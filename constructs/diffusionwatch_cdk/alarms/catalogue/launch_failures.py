from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class LaunchFailures(AlarmRule):
    """Failed launches of the group, counted by an EventBridge rule."""

    id = "launch-failures"
    title = "Launches of GPU instances fail"
    guards = "Capacity: the type is sold out in these zones, or a quota is reached."
    first_action = "Offer the group more instance types or zones; check the vCPU quota."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 1, "failed launches in five minutes"
    default_reason = "One failure is a hiccup; failures in two of three periods are a shortage."
    period, datapoints, periods = 300, 2, 3
    missing = "notBreaching"
    missing_reason = "The rule counts when an event matches: no figure is no failure."
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.events("launch-failures", "Sum", self.period))
