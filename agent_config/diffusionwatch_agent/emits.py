"""What a GPU node emits: metric, unit, dimension sets, source. Alarms, dashboards and documentation read it.

>>> nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
>>> metric = next(emitted for emitted in ec2_emits(nodes) if emitted.metric == "nvidia_smi_utilization_gpu")
>>> metric.dimension_sets[0], metric.unit
(('AutoScalingGroupName',), 'Percent')
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diffusionwatch_agent.ec2 import AGGREGATIONS, FLEET_DIMENSION, INSTANCE_DIMENSION
from diffusionwatch_agent.eks import Mode
from diffusionwatch_agent.measurements import GPU, HOST
from diffusionwatch_agent.names import AGENT_NAMESPACE
from diffusionwatch_agent.nodes import GpuNodes

SINGLE_GPU: tuple[str, ...] = (FLEET_DIMENSION, INSTANCE_DIMENSION, "index", "name", "arch")
"""The dimensions of one GPU. `arch` needs nvidia-smi's XML of version 12, which every driver since 2022 writes."""


VIEWS: dict[tuple[str, ...], str] = {(FLEET_DIMENSION,): "fleet", (INSTANCE_DIMENSION,): "instance", SINGLE_GPU: "GPU"}
"""The EC2 dimension sets in a word."""


@dataclass(frozen=True)
class Emitted:
    """One metric that a node sends, in one of the modes `ec2`, `eks` (classic) and `eks-otel`."""

    namespace: str
    metric: str
    unit: str
    dimension_sets: tuple[tuple[str, ...], ...]
    source: str
    mode: str
    meaning: str


def ec2_emits(nodes: GpuNodes) -> tuple[Emitted, ...]:
    """The agent's metrics on an EC2 node with those settings."""
    gpu = tuple(
        Emitted(
            AGENT_NAMESPACE,
            GPU[name].metric,
            GPU[name].unit,
            (*AGGREGATIONS, SINGLE_GPU) if name in nodes.per_gpu else AGGREGATIONS,
            "CloudWatch agent, nvidia-smi",
            "ec2",
            GPU[name].meaning,
        )
        for name in nodes.measurements
    )
    if not nodes.host_metrics:
        return gpu
    return gpu + tuple(
        Emitted(AGENT_NAMESPACE, m.metric, m.unit, AGGREGATIONS, f"CloudWatch agent, {m.plugin}", "ec2", m.meaning)
        for m in HOST
    )


CONTAINER_INSIGHTS = "ContainerInsights"

_CLUSTER = ("ClusterName",)
_CLASSIC_SETS: dict[str, tuple[tuple[str, ...], ...]] = {
    "node": (
        _CLUSTER,
        ("ClusterName", "NodeName", "InstanceId"),
        ("ClusterName", "NodeName", "InstanceId", "InstanceType", "GpuDevice"),
    ),
    "pod": (
        _CLUSTER,
        ("ClusterName", "Namespace"),
        ("ClusterName", "Namespace", "Service"),
        ("ClusterName", "Namespace", "PodName"),
        ("ClusterName", "Namespace", "PodName", "FullPodName"),
        ("ClusterName", "Namespace", "PodName", "FullPodName", "GpuDevice"),
    ),
    "container": (
        _CLUSTER,
        ("ClusterName", "Namespace", "PodName", "ContainerName"),
        ("ClusterName", "Namespace", "PodName", "FullPodName", "ContainerName"),
        ("ClusterName", "Namespace", "PodName", "FullPodName", "ContainerName", "GpuDevice"),
    ),
}
"""As the agent's source declares them; the user guide's table gives other sets for the pods. `PodName` is the name of
the workload (the Deployment's), `FullPodName` that of the single pod."""

_CLASSIC_METRICS = (
    ("gpu_utilization", "Percent", "Share of the last sample in which a kernel ran"),
    ("gpu_memory_utilization", "Percent", "Device memory in use"),
    ("gpu_memory_total", "Bytes", "Device memory"),
    ("gpu_memory_used", "Bytes", "Device memory in use"),
    ("gpu_power_draw", "None", "Power, watts"),
    ("gpu_temperature", "None", "Core temperature, degrees Celsius"),
    ("gpu_tensor_core_utilization", "Percent", "Share of cycles in which the tensor cores were active"),
)

_NODE_COUNTS = (
    ("node_gpu_limit", "Count", "GPUs of the node"),
    ("node_gpu_usage_total", "Count", "GPUs that pods hold"),
    ("node_gpu_reserved_capacity", "Percent", "Share of the GPUs that pods asked for"),
    ("node_gpu_unreserved_capacity", "Count", "GPUs that no pod asked for"),
    ("node_gpu_available_capacity", "Count", "GPUs that no pod holds"),
)

_POD_COUNTS = (
    ("pod_gpu_usage_total", "Count", "GPUs that the workload's pods hold"),
    ("pod_number_of_container_restarts", "Count", "Restarts of the workload's containers"),
)
_POD_COUNT_SETS = (
    _CLUSTER,
    ("ClusterName", "Namespace", "PodName"),
    ("ClusterName", "Namespace", "PodName", "FullPodName"),
    ("ClusterName", "Namespace", "Service"),
)

_WORKLOAD_COUNTS = (
    ("replicas_desired", "Count", "Pods that the Deployment asks for"),
    ("replicas_ready", "Count", "Pods of the Deployment that are ready"),
)
_WORKLOAD_SETS = (_CLUSTER, ("ClusterName", "Namespace", "PodName"))

_DCGM = (
    ("DCGM_FI_DEV_GPU_UTIL", "%", "Share of the last sample in which a kernel ran"),
    ("DCGM_FI_DEV_MEM_COPY_UTIL", "%", "Share of the last sample in which device memory was read or written"),
    ("DCGM_FI_DEV_FB_FREE", "MiBy", "Device memory that is free"),
    ("DCGM_FI_DEV_FB_USED", "MiBy", "Device memory in use"),
    ("DCGM_FI_DEV_FB_TOTAL", "MiBy", "Device memory"),
    ("DCGM_FI_DEV_FB_USED_PERCENT", "", "Share of the device memory in use"),
    ("DCGM_FI_DEV_MEMORY_TEMP", "", "Memory temperature, degrees Celsius"),
    ("DCGM_FI_DEV_GPU_TEMP", "Cel", "Core temperature"),
    ("DCGM_FI_DEV_POWER_USAGE", "W", "Power of the board"),
    ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "%", "Share of cycles in which the tensor cores were active"),
)


def eks_emits(mode: Mode = "classic") -> tuple[Emitted, ...]:
    """The metrics of a cluster with the add-on that speak of GPUs and of the workers' pods.

    In the mode `otel` they arrive by OTLP under DCGM's names: PromQL reads them, by labels instead of dimension sets,
    and no classic alarm or dashboard can.
    """
    if mode == "otel":
        return tuple(
            Emitted("", metric, unit, (), "DCGM exporter, by OTLP: PromQL only", "eks-otel", meaning)
            for metric, unit, meaning in _DCGM
        )
    gpu: Iterable[Emitted] = (
        Emitted(CONTAINER_INSIGHTS, f"{kind}_{name}", unit, sets, f"DCGM exporter, by {kind}", "eks", meaning)
        for kind, sets in _CLASSIC_SETS.items()
        for name, unit, meaning in _CLASSIC_METRICS
    )
    counts: Iterable[Emitted] = (
        Emitted(CONTAINER_INSIGHTS, name, unit, sets, source, "eks", meaning)
        for metrics, sets, source in (
            (_NODE_COUNTS, _CLASSIC_SETS["node"][:2], "NVIDIA device plugin"),
            (_POD_COUNTS, _POD_COUNT_SETS, "CloudWatch agent, pods"),
            (_WORKLOAD_COUNTS, _WORKLOAD_SETS, "CloudWatch agent, Deployments"),
        )
        for name, unit, meaning in metrics
    )
    return (*gpu, *counts)


@dataclass(frozen=True)
class CustomMetrics:
    """How many custom metrics the agent makes: once for the fleet, and again for each node."""

    fleet: int
    node: int


def custom_metrics(nodes: GpuNodes) -> CustomMetrics:
    """Counts what CloudWatch bills as metrics.

    >>> custom_metrics(GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge"))
    CustomMetrics(fleet=13, node=17)
    """
    fleet = node = 0
    for emitted in ec2_emits(nodes):
        for dimensions in emitted.dimension_sets:
            if dimensions == (FLEET_DIMENSION,):
                fleet += 1
            else:
                node += nodes.gpu.devices if dimensions == SINGLE_GPU else 1
    return CustomMetrics(fleet, node)
