"""The GPUs: how busy, how full, how hot, and which of them differ."""

from __future__ import annotations

from typing import Any

from ..alarms import AlarmSetDefinition
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, SLOW
from .layout import Widget, body
from .measures import PERIOD
from .widgets import Line, alarm_line, graph, search, text

FIGURES = {
    "memory_used": ("GPU memory in use (M_gpu)", "MiB"),
    "temperature": ("Temperature", "°C"),
    "power_draw": ("Power", "watts"),
}
"""Shown where the nodes measure them."""


def gpu(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-gpu``."""
    region = watched.environment.region
    rows: list[list[Widget]] = [
        [text(f"# {watched.fleet.service}: GPUs", width=24, height=1)],
        [_spread(watched, region, "utilization", "GPU utilisation (U_gpu)", "percent", 100, alarms)],
        [
            _spread(watched, region, name, title, unit, None, None, width=8)
            for name, (title, unit) in FIGURES.items()
            if watched.shows(name)
        ],
        [_peak(watched, region), _out_of_memory(watched, alarms, region), _energy(watched, region)],
    ]
    if watched.fleet.auto_scaling_group:
        rows.insert(2, [_each(watched, region)])
    return body(rows, start="-PT3H")


def _spread(
    watched: WatchedFleet,
    region: str,
    name: str,
    title: str,
    unit: str,
    most: float | None,
    alarms: AlarmSetDefinition | None,
    width: int = 24,
) -> Widget:
    """Highest, average and lowest over the fleet: three metrics, however many GPUs there are."""
    lines = [
        Line(watched.gpu(name, "Maximum"), "Highest GPU", SLOW),
        Line(watched.gpu(name, "Average"), "Average", CALM),
        Line(watched.gpu(name, "Minimum"), "Lowest GPU", "#9edae5"),
    ]
    annotations = alarm_line(alarms, "gpu-idle-with-work", breach="below") if alarms else []
    return graph(title, lines, region=region, width=width, height=6, unit=unit, most=most, annotations=annotations)


def _each(watched: WatchedFleet, region: str) -> Widget:
    group = watched.fleet.auto_scaling_group
    expression = (
        "SEARCH('{CWAgent,AutoScalingGroupName,InstanceId,index,name,arch} "
        f'AutoScalingGroupName="{group}" MetricName="nvidia_smi_utilization_gpu"\', \'Average\', 60)'
    )
    return search("Each GPU's utilisation", expression, region=region, width=24, height=6, unit="percent", most=100)


def _peak(watched: WatchedFleet, region: str) -> Widget:
    models = watched.settings.models[:8]
    lines = [Line(watched.worker("PeakGpuMemory", "Maximum", PERIOD, model=model), model) for model in models]
    lines.append(Line(watched.worker("PeakGpuMemory", "Maximum", PERIOD), "all models", CALM))
    return graph("Peak memory of a request, by model", lines, region=region, width=8, height=6, unit="megabytes")


def _out_of_memory(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    faults = watched.worker("RequestsFaulted", "Sum", PERIOD, error_class="oom")
    return graph(
        "Requests out of GPU memory",
        [Line(faults, "Faults of class oom", BAD)],
        region=region,
        width=8,
        height=6,
        unit="requests",
        annotations=alarm_line(alarms, "oom"),
    )


def _energy(watched: WatchedFleet, region: str) -> Widget:
    energy = watched.worker("EnergyPerImage", "Average", PERIOD)
    return graph("Energy an image", [Line(energy, "Joules", GOOD)], region=region, width=8, height=6, unit="joules")
