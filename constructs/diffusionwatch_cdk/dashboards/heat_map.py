"""The GPUs of a fleet as a heat map: what the fleet widget's function is asked to draw."""

from __future__ import annotations

import math
from typing import Any

from diffusionwatch_agent.instances import INSTANCES
from diffusionwatch_agent.names import node_log_group

from ..names import FLEET_WIDGET, function_arn
from ..watched import WatchedFleet
from .layout import Widget
from .single_gpus import each, measured
from .widgets import custom

HEIGHT_LEAST, HEIGHT_MOST = 5, 16
"""Rows of the grid: below, the scales take all of it; above, it pushes the graphs off the screen, and scrolls."""
LARGEST_MIB = 81_920
"""Of a GPU whose instance type is not known."""
GPUS_A_ROW = 3
"""A row of the grid is some 50 pixels, a GPU's row 16."""


def heat_map(watched: WatchedFleet) -> Widget:
    """Utilisation, memory and temperature of each GPU over the dashboard's time, nodes with fatal errors marked."""
    fleet, environment = watched.fleet, watched.environment
    on_eks = fleet.eks_cluster is not None
    gpus = (fleet.planned_instances or 1) * fleet.gpu_devices
    parameters = {
        "figures": _figures(watched),
        "row": f"${{PROP('Dim.InstanceId')}} ${{PROP('Dim.{'GpuDevice' if on_eks else 'index'}')}}",
        "node_log_group": node_log_group(environment.name, fleet.service),
    }
    height = min(HEIGHT_MOST, max(HEIGHT_LEAST, 2 + math.ceil(gpus / GPUS_A_ROW)))
    endpoint = function_arn(environment.name, FLEET_WIDGET, account=environment.account, region=environment.region)
    return custom("GPU by GPU", endpoint, parameters, width=24, height=height)


def _figures(watched: WatchedFleet) -> list[dict[str, Any]]:
    """Those that single GPUs have. The agent measures memory in MiB, DCGM in bytes, so there its share is drawn."""
    fleet = watched.fleet
    memory, unit, full = "memory_utilization", "percent", 100
    if not fleet.eks_cluster:
        known = INSTANCES.get(fleet.instance_type or "")
        memory, unit, full = "memory_used", "MiB", round(known.gpu_memory_gib * 1024) if known else LARGEST_MIB
    kinds = {
        "utilization": {"title": "Utilisation", "unit": "percent", "low": 0, "high": 100},
        memory: {"title": "Memory in use", "unit": unit, "low": 0, "high": full},
        # From a cool idle card to where cards slow down.
        "temperature": {"title": "Temperature", "unit": "°C", "low": 30, "high": 90},
    }
    return [
        {**kind, "search": each(watched, name), "stat": "Average"}
        for name, kind in kinds.items()
        if measured(watched, name)
    ]
