"""What a GPU node emits: metric, unit, dimension sets, source. Alarms, dashboards and documentation read it.

>>> nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
>>> metric = next(emitted for emitted in ec2_emits(nodes) if emitted.metric == "nvidia_smi_utilization_gpu")
>>> metric.dimension_sets[0], metric.unit
(('AutoScalingGroupName',), 'Percent')
"""

from __future__ import annotations

from dataclasses import dataclass

from diffusionwatch_agent.ec2 import AGGREGATIONS, FLEET_DIMENSION, INSTANCE_DIMENSION
from diffusionwatch_agent.measurements import GPU, HOST
from diffusionwatch_agent.names import AGENT_NAMESPACE
from diffusionwatch_agent.nodes import GpuNodes

SINGLE_GPU: tuple[str, ...] = (FLEET_DIMENSION, INSTANCE_DIMENSION, "index", "name", "arch")
"""The dimensions of one GPU. `arch` needs nvidia-smi's XML of version 12, which every driver since 2022 writes."""


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
