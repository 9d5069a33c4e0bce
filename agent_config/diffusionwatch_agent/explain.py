"""What a configuration costs, metric by metric.

>>> nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
>>> line = explain_ec2(nodes, instances=4)[0]
>>> line.metric, line.series, line.datapoints_a_minute, line.usd_a_month
('nvidia_smi_utilization_gpu', 9, 12, 2.7)
"""

from __future__ import annotations

from dataclasses import dataclass

from diffusionwatch_agent.ec2 import FLEET_DIMENSION
from diffusionwatch_agent.eks import Mode
from diffusionwatch_agent.emits import SINGLE_GPU, Emitted, ec2_emits, eks_emits
from diffusionwatch_agent.nodes import GpuNodes

USD_A_METRIC_MONTH = 0.30
"""List price of a custom metric, us-east-1, November 2026: the first 10,000 of an account; further ones cost less."""
USD_A_THOUSAND_CALLS = 0.01
"""List price of PutMetricData, likewise; the agent makes one call a minute for up to 1,000 figures."""
USD_A_MILLION_OBSERVATIONS = 0.21
"""List price of Container Insights with enhanced observability, us-east-1: the first 1,000 million of a month."""
MINUTES_A_MONTH = 43_800


@dataclass(frozen=True)
class Line:
    """One metric of a fleet. `series` and `usd_a_month` are None where AWS bills by something else than series."""

    metric: str
    unit: str
    dimension_sets: tuple[tuple[str, ...], ...]
    datapoints_a_minute: int | None
    series: int | None
    usd_a_month: float | None


def explain_ec2(nodes: GpuNodes, instances: float) -> list[Line]:
    """The agent's metrics on a fleet of so many instances, each running all month.

    Metrics are billed by the hour in which they receive data, so a fleet that scales costs its average.
    """
    return [_line(emitted, nodes, instances) for emitted in ec2_emits(nodes)]


def calls_usd_a_month(instances: float) -> float:
    """What the agents' calls of PutMetricData cost."""
    return round(instances * MINUTES_A_MONTH / 1000 * USD_A_THOUSAND_CALLS, 2)


def explain_eks(mode: Mode, *, nodes: float, gpus_a_node: float = 1, workers_a_node: float = 1) -> list[Line]:
    """The GPU metrics of so many nodes, each running all month.

    The classic mode is billed by observation: a value a minute of each GPU, node, pod or Deployment, under each of its
    dimension sets at the most, since AWS does not say whether a value counts once for all of them. The mode `otel` is
    billed by byte, which nothing here can know.
    """
    sources = {"NVIDIA device plugin": nodes, "CloudWatch agent, pods": nodes * workers_a_node}
    sources["CloudWatch agent, Deployments"] = 1
    lines = []
    for one in eks_emits(mode):
        a_minute = usd = None
        if mode == "classic":
            a_minute = round(sources.get(one.source, nodes * gpus_a_node) * len(one.dimension_sets))
            usd = round(a_minute * MINUTES_A_MONTH * USD_A_MILLION_OBSERVATIONS / 1e6, 2)
        lines.append(Line(one.metric, one.unit, one.dimension_sets, a_minute, None, usd))
    return lines


def _line(emitted: Emitted, nodes: GpuNodes, instances: float) -> Line:
    gpus = nodes.gpu.devices if emitted.metric.startswith("nvidia_smi_") else 1
    series = samples = 0.0
    for dimensions in emitted.dimension_sets:
        samples += instances * gpus
        if dimensions == (FLEET_DIMENSION,):
            series += 1
        else:
            series += instances * (gpus if dimensions == SINGLE_GPU else 1)
    return Line(
        emitted.metric,
        emitted.unit,
        emitted.dimension_sets,
        round(samples * 60 / nodes.interval_seconds),
        round(series),
        round(series * USD_A_METRIC_MONTH, 2),
    )
