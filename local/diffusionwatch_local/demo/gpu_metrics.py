"""What the store knows of the GPUs, in each view that the agent's configuration gives: fleet, instance, GPU."""

from __future__ import annotations

from typing import Any

from cloudwatch_simulator import MetricStore
from diffusionwatch_agent import AGENT_NAMESPACE
from diffusionwatch_agent.emits import VIEWS

PREFIX = "nvidia_smi_"
BY = {frozenset(dimensions): view for dimensions, view in VIEWS.items()}


def gpu_metrics(store: MetricStore, start: float, end: float) -> list[dict[str, Any]]:
    """One entry a metric and fleet, instance or GPU: its datapoints, and their average in the metric's own unit.

    A view that no setting asks for says so by its dimension names. ``average`` is None outside of the window.
    """
    found = []
    for metric in store.metrics():
        if metric.namespace != AGENT_NAMESPACE or not metric.name.startswith(PREFIX):
            continue
        names = frozenset(name for name, _ in metric.dimensions)
        _, averages = store.statistic(metric, "Average", 60, start, end)
        found.append(
            {
                "metric": metric.name,
                "by": BY.get(names, ", ".join(sorted(names))),
                "of": dict(metric.dimensions),
                "datapoints": store.datapoints(metric),
                "average": round(float(sum(averages) / len(averages)), 2) if len(averages) else None,
            }
        )
    order = list(VIEWS.values())
    return sorted(found, key=lambda one: (one["metric"], order.index(one["by"]) if one["by"] in order else 9, str(one)))
