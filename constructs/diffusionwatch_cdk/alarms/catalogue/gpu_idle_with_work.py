from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import Condition, Need


class GpuIdleWithWork(Condition):
    """v > 0 AND u < 5: the queue waits, and no GPU of the fleet works."""

    id = "gpu-idle-with-work"
    title = "All GPUs are idle while requests wait in the queue"
    guards = "Users: workers hang in CUDA initialisation or in loading a model. Money comes second."
    first_action = (
        "Look at the newest log lines of one worker (CUDA initialisation, model load), then replace that instance."
    )
    default, unit, side = 5, "percent utilisation of the busiest GPU", "below"
    default_reason = "A loaded GPU that waits shows 0 to 2 %, one that samples shows above 80 %."
    period, datapoints, periods = 60, 8, 10
    missing = "notBreaching"
    missing_reason = "No queue metric and no agent is not idleness; agent-silent speaks for a silent agent."
    needs = (Need.QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        # Maximum over the fleet: one busy GPU among twenty makes a low average, and no idle fleet. A silent agent
        # would count as 0 in a comparison, hence FILL.
        return measure(
            f"IF((waiting > 0) AND (FILL(busiest, 100) < {threshold:g}), 1, 0)",
            label="GPUs idle with work",
            waiting=watched.queue("ApproximateNumberOfMessagesVisible", "Maximum", self.period),
            busiest=watched.gpu("utilization", "Maximum", self.period),
        )
