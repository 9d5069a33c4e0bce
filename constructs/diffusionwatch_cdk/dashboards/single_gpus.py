"""Searches for single GPUs: they come and go with their instances, so nobody can list them beforehand."""

from __future__ import annotations

from diffusionwatch_agent.emits import SINGLE_GPU

from ..watched import WatchedFleet

OF_A_NODE = ("ClusterName", "NodeName", "InstanceId", "InstanceType", "GpuDevice")
"""The dimensions of one GPU on EKS ("Amazon EKS and Kubernetes Container Insights with enhanced observability
metrics")."""


def each(watched: WatchedFleet, name: str, *, instance: str = "") -> str:
    """What a SEARCH looks for: that figure of each GPU of the fleet, on EKS of its cluster; or of one instance."""
    fleet = watched.fleet
    if fleet.eks_cluster:
        dimensions: tuple[str, ...] = OF_A_NODE
        metric, given = f"node_gpu_{name}", {"ClusterName": fleet.eks_cluster}
        namespace = "ContainerInsights"
    else:
        known = watched.each_gpu(name)
        namespace, metric, dimensions = known.namespace, known.name, SINGLE_GPU
        given = {"AutoScalingGroupName": fleet.auto_scaling_group or ""}
    given |= {"InstanceId": instance} if instance else {}
    where = " ".join(f'{dimension}="{value}"' for dimension, value in given.items())
    return f'{{{namespace},{",".join(dimensions)}}} {where} MetricName="{metric}"'


def measured(watched: WatchedFleet, name: str) -> bool:
    """Whether single GPUs have that figure."""
    kept = {"utilization": "utilization_gpu", "temperature": "temperature_gpu"}.get(name, name)
    return bool(watched.fleet.eks_cluster) or kept in watched.fleet.agent.per_gpu
