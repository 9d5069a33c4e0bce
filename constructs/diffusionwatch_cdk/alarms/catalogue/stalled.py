from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import Condition, Need


class Stalled(Condition):
    """v > 0 AND c == 0: requests wait, and none is answered."""

    id = "stalled"
    title = "Requests wait in the queue and none is completed"
    guards = "Users: the whole service stands, whatever the reason."
    first_action = "Look at the workers first (alive? in work?), then at what they depend on (storage, model registry)."
    default, unit, side = 0, "completed requests a minute while the queue holds some", "not above"
    default_reason = (
        "A service that works completes something. A quarter of an hour leaves the first word to workers-stuck, which "
        "pages after ten minutes and names the cause: one incident, one page."
    )
    period, datapoints, periods = 60, 14, 15
    missing = "notBreaching"
    missing_reason = "A queue that reports nothing has been empty for hours."
    needs = (Need.QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            f"IF((waiting > 0) AND (FILL(completed, 0) <= {threshold:g}), 1, 0)",
            label="Requests wait and none is completed",
            waiting=watched.queue("ApproximateNumberOfMessagesVisible", "Minimum", self.period),
            completed=watched.worker("RequestsCompleted", "Sum", self.period),
        )
