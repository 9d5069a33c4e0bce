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
    from .alarms import AlarmRule, CompositeRule, Condition, UnheardAlarmError
    from .all_fleets import AllFleets
    from .cross_account import CrossAccount
    from .dashboard_set import Dashboards
    from .digest.construct import AlertDigest
    from .eks_agent import EksAgent
    from .encryption import EncryptionKey
    from .fleet import Fleet
    from .fleet_monitoring import FleetMonitoring
    from .fleet_widget import FleetWidget
    from .monitor_fleets import MonitorFleets
    from .notifications import Notifications
    from .sample_fleet import SampleFleet
    from .settings import AgentSettings, EnvironmentSettings, SettingsError, load_environment
    from .spend import Spend
    from .tracing import Tracing
    from .transaction_search import TransactionSearch
    from .vocabulary import UnknownMetricError
    from .worker_logs import WorkerLogs

_HOMES = {
    "AgentConfiguration": "agent",
    "AgentSettings": "settings",
    "AlarmRule": "alarms",
    "Alarms": "alarm_set",
    "AllFleets": "all_fleets",
    "AlertDigest": "digest.construct",
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
    "MonitorFleets": "monitor_fleets",
    "Notifications": "notifications",
    "SampleFleet": "sample_fleet",
    "SettingsError": "settings",
    "Spend": "spend",
    "Tracing": "tracing",
    "TransactionSearch": "transaction_search",
    "UnheardAlarmError": "alarms",
    "UnknownMetricError": "vocabulary",
    "WorkerLogs": "worker_logs",
    "load_environment": "settings",
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
    "MonitorFleets",
    "Notifications",
    "SampleFleet",
    "SettingsError",
    "Spend",
    "Tracing",
    "TransactionSearch",
    "UnheardAlarmError",
    "UnknownMetricError",
    "WorkerLogs",
    "load_environment",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
