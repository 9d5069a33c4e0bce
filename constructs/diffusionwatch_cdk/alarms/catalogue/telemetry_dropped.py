from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class TelemetryDropped(AlarmRule):
    """Telemetry that workers gave up."""

    id = "telemetry-dropped"
    title = "Workers give up telemetry"
    guards = "Sight: the agent takes less than workers send, and counts are too low."
    first_action = "Look at the agent of one such node: its CPU, its log for throttling, its buffer."
    default, unit = 0, "records in five minutes"
    default_reason = "The buffer holds minutes of an outage: what overflows it is no hiccup."
    period, datapoints, periods = 300, 2, 3
    missing = "notBreaching"
    missing_reason = "workers-missing speaks for workers that say nothing."

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("TelemetryDropped", "Sum", self.period))
