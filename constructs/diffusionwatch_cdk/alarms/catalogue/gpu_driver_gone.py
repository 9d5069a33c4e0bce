from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..census import samples_of_node
from ..rule import AlarmRule, Need


class GpuDriverGone(AlarmRule):
    """(CPU samples · GPUs of a node - GPU samples) / samples of a period: GPUs unseen on nodes that report."""

    id = "gpu-driver-gone"
    title = "Nodes report, their GPUs do not: nvidia-smi fails there"
    guards = "Users and sight: the driver is gone or a GPU is lost. The agent itself works, so agent-silent is quiet."
    first_action = "Run nvidia-smi on the node: exit 9 is no driver, 15 a lost GPU. Replace the instance."
    default, unit = 0.5, "GPUs unseen on nodes that report"
    default_reason = "Below one GPU, so that a late sample does not hide it; one sample in five is a fifth of a GPU."
    period, datapoints, periods = 300, 3, 4
    missing = "notBreaching"
    missing_reason = "No node reports: agent-silent speaks, and of a fleet scaled to zero nobody."
    warm_up_minutes = 30
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            f"(cpus * {watched.fleet.gpu_devices} - FILL(gpus, 0)) / {samples_of_node(watched, self.period):g}",
            label="GPUs unseen",
            cpus=watched.host("cpu_usage_active", "SampleCount", self.period),
            gpus=watched.gpu("utilization", "SampleCount", self.period),
        )
