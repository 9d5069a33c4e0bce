"""The GPUs: how busy, how full, how hot, and which of them differ."""

from __future__ import annotations

from typing import Any

from diffusionwatch_agent.names import node_log_group

from ..alarms import AlarmSetDefinition
from ..watched import WatchedFleet
from .colors import BAD, CALM, GOOD, SLOW
from .heat_map import heat_map
from .layout import Widget, body
from .measures import PERIOD
from .single_gpus import each, measured
from .variables import chosen, variable
from .widgets import Line, alarm_line, graph, log_table, search, text

FIGURES = {
    "memory_used": ("GPU memory in use (M_gpu)", "MiB"),
    "temperature": ("Temperature", "°C"),
    "power_draw": ("Power", "watts"),
    "clocks_current_sm": ("Clock", "MHz"),
}
"""Shown where the nodes measure them; clocks by the agent alone, if asked for."""
MODELS_DRAWN = 8
"""Lines that can still be told apart."""
INSTANCE = chosen("instance")
EACH = {
    "utilization": ("GPU utilisation", "percent"),
    "memory_used": ("GPU memory in use", "MiB"),
    "temperature": ("temperature", "°C"),
    "power_draw": ("power", "watts"),
}
"""Shown of each GPU of the chosen instance, where single GPUs have it."""


def gpu(watched: WatchedFleet, alarms: AlarmSetDefinition) -> dict[str, Any]:
    """The body of the dashboard ``<environment>-<service>-gpu``."""
    region = watched.environment.region
    rows: list[list[Widget]] = [
        [text(f"# {watched.fleet.service}: GPUs", width=24, height=1)],
        [_spread(watched, region, "utilization", "GPU utilisation (U_gpu)", "percent", 100, alarms)],
        _figures(watched, region),
        [_peak(watched, region), _out_of_memory(watched, alarms, region), _energy(watched, region)],
        [_unwell(watched, alarms, region), _throttled(watched, alarms, region)],
    ]
    if watched.fleet.auto_scaling_group:
        rows.insert(2, [_each(watched, region), _idlest(watched, region)])
        rows.append([_xids(watched, region)])
    if watched.environment.fleet_widget and measured(watched, "utilization"):
        rows.insert(2, [heat_map(watched)])
    shown = [name for name in EACH if measured(watched, name)]
    if not shown:
        return body(rows, start="-PT3H")
    about = f"## One instance: {INSTANCE}\nChosen at the top of the dashboard; each line is one of its GPUs."
    rows += [[text(about, width=24, height=2)], [_of_one(watched, region, name, 24 // len(shown)) for name in shown]]
    choice = variable("instance", "Instance", search=each(watched, shown[0]), dimension="InstanceId")
    return body(rows, start="-PT3H", variables=[choice])


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


def _figures(watched: WatchedFleet, region: str) -> list[Widget]:
    on_eks = watched.fleet.eks_cluster is not None
    shown = [name for name in FIGURES if watched.shows(name) and not (on_eks and name == "clocks_current_sm")]
    return [
        _spread(watched, region, name, title, _unit(watched, name, unit), None, None, width=24 // len(shown))
        for name in shown
        for title, unit in [FIGURES[name]]
    ]


def _each(watched: WatchedFleet, region: str) -> Widget:
    expression = f"SEARCH('{each(watched, 'utilization')}', 'Average', 60)"
    return search("Each GPU's utilisation", expression, region=region, width=16, height=6, unit="percent", most=100)


def _idlest(watched: WatchedFleet, region: str) -> Widget:
    expression = f"SORT(SEARCH('{each(watched, 'utilization')}', 'Average', 300), AVG, ASC, 10)"
    return search("The ten idlest GPUs", expression, region=region, width=8, height=6, unit="percent", most=100)


def _xids(watched: WatchedFleet, region: str) -> Widget:
    """What the kernel wrote, fatal or not; the codes' meaning stands in NVIDIA's XID Errors."""
    query = (
        'filter @message like "NVRM: Xid" | parse @message "Xid (*): *," as gpu, code '
        "| stats count(*) as errors by code, gpu | sort errors desc"
    )
    group = node_log_group(watched.environment.name, watched.fleet.service)
    return log_table("GPU errors of the kernel (Xid) by code", group, query, region=region, width=24, height=4)


def _of_one(watched: WatchedFleet, region: str, name: str, width: int) -> Widget:
    """A figure of each GPU of the chosen instance."""
    title, unit = EACH[name]
    return search(
        f"{INSTANCE}: {title}",
        f"SEARCH('{each(watched, name, instance=INSTANCE)}', 'Average', 60)",
        region=region,
        width=width,
        height=6,
        unit=_unit(watched, name, unit),
        most=100 if name == "utilization" else None,
        label="${PROP('Dim.GpuDevice')}" if watched.fleet.eks_cluster else "GPU ${PROP('Dim.index')}",
    )


def _unit(watched: WatchedFleet, name: str, unit: str) -> str:
    """nvidia-smi gives memory in MiB, Container Insights in bytes."""
    return "bytes" if name == "memory_used" and watched.fleet.eks_cluster else unit


def _peak(watched: WatchedFleet, region: str) -> Widget:
    models = watched.settings.models[:MODELS_DRAWN]
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
    models = watched.settings.models[:MODELS_DRAWN]
    lines = [Line(watched.worker("EnergyPerImage", "Average", PERIOD, model=model), model) for model in models]
    lines.append(Line(watched.worker("EnergyPerImage", "Average", PERIOD), "all models", GOOD))
    return graph("Energy an image, by model", lines, region=region, width=8, height=6, unit="joules")


def _unwell(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    lines = [
        Line(watched.worker("GpusMissing", "Maximum"), "Missing", BAD),
        Line(watched.worker("GpusDegraded", "Maximum"), "Beyond repair: no spare rows", SLOW),
    ]
    return graph(
        "GPUs that a worker misses, or that are beyond repair",
        lines,
        region=region,
        width=12,
        height=6,
        unit="GPUs",
        annotations=alarm_line(alarms, "gpu-degraded"),
    )


def _throttled(watched: WatchedFleet, alarms: AlarmSetDefinition, region: str) -> Widget:
    lines = [
        Line(watched.worker("GpuThrottled", "Maximum"), "Worst worker", SLOW),
        Line(watched.worker("GpuThrottled", "Average"), "Average", CALM),
    ]
    return graph(
        "GPUs slowed down by their hardware",
        lines,
        region=region,
        width=12,
        height=6,
        unit="percent of samples",
        most=100,
        annotations=alarm_line(alarms, "gpu-throttled"),
    )
