from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class DeadLettersWaiting(AlarmRule):
    """Messages in the dead-letter queue."""

    id = "dlq-not-empty"
    title = "Requests were given up after several attempts"
    guards = "Single users, and a poison request that takes workers down one after the other."
    first_action = "Read one message and its last fault; do not redrive before you know why it failed."
    default, unit = 0, "messages in the dead-letter queue"
    default_reason = "Each one is somebody's request that nobody will answer."
    period, datapoints, periods = 60, 1, 1
    missing = "notBreaching"
    missing_reason = "A queue that reports nothing has been empty for hours."
    severity = Severity.TICKET
    needs = (Need.DEAD_LETTER_QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.dead_letters("Maximum", self.period))
