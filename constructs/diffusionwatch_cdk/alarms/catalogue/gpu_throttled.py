from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class GpuThrottled(AlarmRule):
    """Share of the samples, four a second by NVML, in which a board protected itself: heat, power brake, slowdown."""

    id = "gpu-throttled"
    title = "The hardware slows GPUs down"
    guards = "Users and money: nothing fails, each step takes longer. A board at its power limit is not meant."
    first_action = "Run the saved query 'GPUs that are not well': one host is replaced; all of them are heat or power."
    default, unit = 10, "percent of the samples"
    default_reason = "One board in ten that is always slowed, or all of them a tenth of the time: a short peak is less."
    period, datapoints, periods = 300, 3, 3
    missing = "notBreaching"
    missing_reason = (
        "Boards that cannot tell, and workers without NVML, send nothing; workers-missing speaks for silence."
    )

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("GpuThrottled", "Average", self.period))
