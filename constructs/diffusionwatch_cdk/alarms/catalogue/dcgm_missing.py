from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class DcgmMissing(AlarmRule):
    """GPUs that the cluster's nodes have, less those that the DCGM exporter shows."""

    id = "dcgm-missing"
    title = "Nodes of the cluster have GPUs that no exporter shows"
    guards = (
        "Sight: the DCGM exporter's pod is missing or fails, while the agent counts the node's GPUs. Shared GPUs (time "
        "slicing) count once a share: raise the threshold by what sharing adds."
    )
    first_action = (
        "Find the GPU node without it: kubectl -n amazon-cloudwatch get pods -o wide. Then read affinity and taints."
    )
    default, unit = 0.5, "GPUs unseen"
    default_reason = "Below one GPU, so that a late sample does not hide it; one sample in five is a fifth of a GPU."
    period, datapoints, periods = 300, 3, 4
    missing = "notBreaching"
    missing_reason = "No node with GPUs: scaled to zero, or no agent, and then agent-silent speaks."
    warm_up_minutes = 30
    needs = (Need.EKS_CLUSTER,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        # Both once a minute: the limit for each node with its number of GPUs, the utilisation for each GPU.
        return measure(
            f"(has - FILL(shown, 0)) / {self.period // 60}",
            label="GPUs unseen",
            has=watched.cluster("node_gpu_limit", "Sum", self.period),
            shown=watched.cluster("node_gpu_utilization", "SampleCount", self.period),
        )
