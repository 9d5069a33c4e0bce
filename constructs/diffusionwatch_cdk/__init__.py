"""CDK constructs that watch fleets of GPUs generating images.

>>> from diffusionwatch_cdk import Fleet, FleetMonitoring, load_environment     # doctest: +SKIP

Names are imported when they are first asked for: settings and the alarm catalogue are then usable without CDK.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent import AgentConfiguration
    from .alarm_set import Alarms
    from .alarms import AlarmRule, CompositeRule, Condition, Severity, UnheardAlarmError
    from .all_fleets import AllFleets
    from .cross_account import CrossAccount
    from .dashboard_set import Dashboards
    from .digest.construct import AlertDigest
    from .eks_agent import EksAgent
    from .encryption import EncryptionKey
    from .fleet import Fleet
    from .fleet_monitoring import FleetMonitoring
    from .fleet_widget import FleetWidget
    from .gpu_health import GpuHealth
    from .metrics import Measure, UnknownMetricError, measure
    from .monitor_fleets import MonitorFleets
    from .notifications import Notifications
    from .probe import Probe
    from .sample_fleet import SampleFleet
    from .settings import AgentSettings, EnvironmentSettings, SettingsError, load_environment
    from .slo import Slo
    from .spend import Spend
    from .tracing import Tracing
    from .transaction_search import TransactionSearch
    from .watched import WatchedFleet
    from .worker_logs import WorkerLogs

_HOMES = {
    "AgentConfiguration": "agent",
    "AgentSettings": "settings",
    "AlarmRule": "alarms",
    "Alarms": "alarm_set",
    "AlertDigest": "digest.construct",
    "AllFleets": "all_fleets",
    "CompositeRule": "alarms",
    "Condition": "alarms",
    "CrossAccount": "cross_account",
    "Dashboards": "dashboard_set",
    "EksAgent": "eks_agent",
    "EncryptionKey": "encryption",
    "EnvironmentSettings": "settings",
    "Fleet": "fleet",
    "FleetMonitoring": "fleet_monitoring",
    "FleetWidget": "fleet_widget",
    "GpuHealth": "gpu_health",
    "Measure": "metrics",
    "MonitorFleets": "monitor_fleets",
    "Notifications": "notifications",
    "Probe": "probe",
    "SampleFleet": "sample_fleet",
    "SettingsError": "settings",
    "Severity": "alarms",
    "Slo": "slo",
    "Spend": "spend",
    "Tracing": "tracing",
    "TransactionSearch": "transaction_search",
    "UnheardAlarmError": "alarms",
    "UnknownMetricError": "metrics",
    "WatchedFleet": "watched",
    "WorkerLogs": "worker_logs",
    "load_environment": "settings",
    "measure": "metrics",
}

__all__ = [
    "AgentConfiguration",
    "AgentSettings",
    "AlarmRule",
    "Alarms",
    "AlertDigest",
    "AllFleets",
    "CompositeRule",
    "Condition",
    "CrossAccount",
    "Dashboards",
    "EksAgent",
    "EncryptionKey",
    "EnvironmentSettings",
    "Fleet",
    "FleetMonitoring",
    "FleetWidget",
    "GpuHealth",
    "Measure",
    "MonitorFleets",
    "Notifications",
    "Probe",
    "SampleFleet",
    "SettingsError",
    "Severity",
    "Slo",
    "Spend",
    "Tracing",
    "TransactionSearch",
    "UnheardAlarmError",
    "UnknownMetricError",
    "WatchedFleet",
    "WorkerLogs",
    "load_environment",
    "measure",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
