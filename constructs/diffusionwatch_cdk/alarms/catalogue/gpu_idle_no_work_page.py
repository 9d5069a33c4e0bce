from __future__ import annotations

from ...metrics import Measure
from ...watched import WatchedFleet
from ..rule import Condition, Need
from .gpu_idle_no_work import idle_without_work


class GpuIdleNoWorkPage(Condition):
    """The same as gpu-idle-no-work, for four hours."""

    id = "gpu-idle-no-work-page"
    title = "GPUs have been paid for and idle for four hours"
    guards = "Money: nobody acted on the ticket, and the night is long."
    first_action = "Set the group's desired capacity to its minimum now; then find what holds it up."
    default, unit, side = 5, "percent utilisation of the busiest GPU", "below"
    default_reason = "As gpu-idle-no-work."
    period, datapoints, periods = 300, 48, 48
    missing = "missing"
    missing_reason = "As gpu-idle-no-work."
    warm_up_minutes = 30
    needs = (Need.QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return idle_without_work(watched, threshold, self.period)
