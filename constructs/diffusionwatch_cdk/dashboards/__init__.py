"""Dashboards as plain dictionaries, one module each; the construct hands them to AWS::CloudWatch::Dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..alarms import AlarmSetDefinition
from ..watched import WatchedFleet
from .capacity import capacity
from .cost import cost
from .gpu import gpu
from .latency import latency
from .on_call import on_call
from .telemetry import telemetry

DASHBOARDS: Mapping[str, Callable[[WatchedFleet, AlarmSetDefinition], dict[str, Any]]] = {
    "on-call": on_call,
    "latency": latency,
    "capacity": capacity,
    "gpu": gpu,
    "cost": cost,
    "telemetry": telemetry,
}
"""The functions that build them, by the last part of the dashboard's name."""

__all__ = ["DASHBOARDS"]
