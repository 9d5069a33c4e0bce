"""How much is heard of a fleet, of what it owes: percent of the heartbeats or GPU samples that are expected.

On EC2 the Auto Scaling group says how many instances there are; the least of the period counts, since an instance that
joined within it owes nothing for all of it. On EKS Container Insights says how many GPUs the pods hold, each minute.
A fleet of none owes nothing, and is at 100 percent.
"""

from __future__ import annotations

from ..metrics import Measure, Metric, measure
from ..watched import WatchedFleet


def heartbeats_of_expected(watched: WatchedFleet, period: int) -> Measure:
    """Heartbeats, one a minute of each worker."""
    heard = watched.worker("WorkerHeartbeat", "Sum", period)
    label = "Heartbeats, percent of expected"
    fleet = watched.fleet
    if fleet.eks_cluster:
        return _share(
            heard, label, fleet.workers_per_instance / fleet.gpus_per_instance, watched.gpus_held("Sum", period)
        )
    return _of_instances(watched, heard, label, fleet.workers_per_instance)


def gpu_samples_of_expected(watched: WatchedFleet, period: int) -> Measure:
    """GPU samples, one a minute of each GPU. On EKS the agent also counts the pods, so workers say what is due."""
    heard = watched.gpu("utilization", "SampleCount", period)
    label = "GPU samples, percent of expected"
    fleet = watched.fleet
    if fleet.eks_cluster:
        beats = watched.worker("WorkerHeartbeat", "Sum", period)
        return _share(heard, label, fleet.gpus_per_instance / fleet.workers_per_instance, beats)
    return _of_instances(watched, heard, label, fleet.gpu_devices)


def _of_instances(watched: WatchedFleet, heard: Metric, label: str, each: int) -> Measure:
    instances = watched.group("GroupInServiceInstances", "Minimum", heard.period)
    return _share(heard, label, heard.period // 60 * each, instances)


def _share(heard: Metric, label: str, each: float, owing: Metric) -> Measure:
    return measure(
        f"IF(owing >= 1, 100 * FILL(heard, 0) / (owing * {each:g}), 100)", label=label, heard=heard, owing=owing
    )
