from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class QueueAge(AlarmRule):
    """Age of the oldest message in the queue."""

    id = "queue-age"
    title = "The oldest request waits too long"
    guards = "Users: they wait before anything is generated."
    first_action = "Capacity or stall? Compare instances with their maximum, then completed requests with arrivals."
    default, unit = 300, "seconds of age"
    default_reason = "Five minutes: people have closed the page."
    period, datapoints, periods = 60, 5, 5
    missing = "notBreaching"
    missing_reason = "A queue that reports nothing has been empty for hours."
    needs = (Need.QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.queue("ApproximateAgeOfOldestMessage", "Maximum", self.period))
