from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class Backlog(AlarmRule):
    """v / c: minutes that the fleet needs for what waits, at its present pace; scale by the same expression."""

    id = "backlog"
    title = "The queue holds more than the fleet can do soon"
    guards = "Users of the next quarter of an hour. A fleet that completes nothing is stalled, not behind."
    first_action = "Scale out: raise the desired capacity; then compare the scaling policy with this measure."
    default, unit = 15, "minutes to drain"
    default_reason = "Two launches of a GPU instance: what scaling alone should have caught."
    period, datapoints, periods = 60, 5, 5
    missing = "notBreaching"
    missing_reason = "A division by zero completions gives no point, and stalled speaks."
    severity = Severity.TICKET
    needs = (Need.QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "waiting / completed",
            label="Minutes to drain the queue",
            waiting=watched.queue("ApproximateNumberOfMessagesVisible", "Maximum", self.period),
            completed=watched.worker("RequestsCompleted", "Sum", self.period),
        )
