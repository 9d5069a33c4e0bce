from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Severity


class OutOfMemory(AlarmRule):
    """Faults of the class oom."""

    id = "oom"
    title = "Requests run out of GPU memory"
    guards = "Users of large images, and the worker: a fragmented allocator fails the next request too."
    first_action = "Find the largest pixels × batch among the faults of class oom; cap it, or move it to larger GPUs."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 3, "requests in five minutes"
    default_reason = "One is a request too large; three, twice in fifteen minutes, is a configuration."
    period, datapoints, periods = 300, 2, 3
    missing = "notBreaching"
    missing_reason = "Faults are published when they happen: no figure is no fault."
    severity = Severity.TICKET

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("RequestsFaulted", "Sum", self.period, error_class="oom"))
