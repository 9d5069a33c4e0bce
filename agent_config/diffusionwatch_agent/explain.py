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


def explain_eks(mode: Mode) -> list[Line]:
    """The GPU metrics of a cluster. AWS bills them by observation (classic) or by byte (otel), not by series."""
    return [Line(e.metric, e.unit, e.dimension_sets, None, None, None) for e in eks_emits(mode)]


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
