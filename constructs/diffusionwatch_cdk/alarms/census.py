"""How much is heard of a fleet, of what it owes: percent of the heartbeats or measurements that are expected.

On EC2 the Auto Scaling group says how many instances there are; the least of the period counts, since an instance that
joined within it owes nothing for all of it. On EKS Container Insights says how many GPUs the pods hold, each minute.
A fleet of none owes nothing, and is at 100 percent.
"""

from __future__ import annotations

from ..metrics import Measure, measure
from ..watched import WatchedFleet


def heartbeats_of_expected(watched: WatchedFleet, period: int) -> Measure:
    """Heartbeats, one a minute of each worker."""
    fleet = watched.fleet
    if fleet.eks_cluster:
        owing, each = watched.gpus_held("Sum", period), fleet.workers_per_instance / fleet.gpus_per_instance
    else:
        owing = watched.group("GroupInServiceInstances", "Minimum", period)
        each = period // 60 * fleet.workers_per_instance
    heard = watched.worker("WorkerHeartbeat", "Sum", period)
    expression = _percent("FILL(heard, 0)", each)
    return measure(expression, label="Heartbeats, percent of expected", heard=heard, owing=owing)


def agents_of_expected(watched: WatchedFleet, period: int) -> Measure:
    """Agents that are heard, by any figure of theirs.

    A node whose GPU driver is gone still sends CPU figures, and one whose DCGM exporter is missing still counts its
    pods: neither is silent. On EKS the agent counts the pods itself, so workers say what is due.
    """
    fleet = watched.fleet
    figures = {"gpus": watched.gpu("utilization", "SampleCount", period)}
    if fleet.eks_cluster:
        figures["held"] = watched.gpus_held("Sum", period)
        figures["owing"] = watched.worker("WorkerHeartbeat", "Sum", period)
        heard, each = "MAX([FILL(held, 0), FILL(gpus, 0)])", fleet.gpus_per_instance / fleet.workers_per_instance
    else:
        figures["cpus"] = watched.host("cpu_usage_active", "SampleCount", period)
        figures["owing"] = watched.group("GroupInServiceInstances", "Minimum", period)
        heard, each = f"MAX([FILL(cpus, 0), FILL(gpus, 0) / {fleet.gpu_devices}])", samples_of_node(watched, period)
    return measure(_percent(heard, each), label="Agents, percent of expected", **figures)


def samples_of_node(watched: WatchedFleet, period: int) -> float:
    """How often a node on EC2 is measured in a period."""
    return period / watched.nodes.interval_seconds


def _percent(heard: str, each: float) -> str:
    return f"IF(owing >= 1, 100 * {heard} / (owing * {each:g}), 100)"
