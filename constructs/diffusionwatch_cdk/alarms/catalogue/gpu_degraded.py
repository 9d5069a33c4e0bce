from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class GpuDegraded(AlarmRule):
    """Most GPUs of any worker that are beyond repair, and most that are missing, by NVML once a minute."""

    id = "gpu-degraded"
    title = "A GPU is beyond repair, or its worker misses it"
    guards = "Users: its memory has no spare rows left, or it is lost, and the instance still counts as healthy."
    first_action = "Run the saved query 'GPUs that are not well' for the host, and replace that instance."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 1, "GPUs of a worker"
    default_reason = (
        "Neither heals: a row remapping that failed stays so, and a lost GPU comes back by a restart alone."
    )
    period, datapoints, periods = 300, 1, 1
    missing = "notBreaching"
    missing_reason = (
        "A worker without NVML says nothing of its GPUs; workers-missing speaks for one that says nothing at all."
    )

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "degraded + gone",
            label="GPUs beyond repair or missing",
            degraded=watched.worker("GpusDegraded", "Maximum", self.period),
            gone=watched.worker("GpusMissing", "Maximum", self.period),
        )
