"""What differs between environments: one YAML file each, read into frozen models that refuse what they do not know.

>>> settings = load_environment("prod")            # doctest: +SKIP
>>> settings.services["image-api"].fleet.instance_type   # doctest: +SKIP
'g6e.xlarge'
"""

from __future__ import annotations

from .accounts import CrossAccountSettings, SinkSettings, SourceAccount
from .agent import AgentSettings, LogFileSettings
from .bands import BandSettings, LatencyBand, RequestsBand
from .contacts import Contact, Contacts
from .digest import DigestHours, DigestRoute, DigestSettings
from .environment import Budget, EnvironmentSettings
from .load import SettingsError, known_environments, load_environment
from .maintenance import MuteWindow
from .money import AnomalyDetection, BudgetAction, CostSettings, IdleGuardSettings, ProtectedWindow
from .probe import ProbeSettings
from .service import AlarmOverride, FleetSettings, MonitoringSettings, Objectives, ServiceSettings
from .tracing import TracingSettings, TransactionSearchSettings

__all__ = [
    "AgentSettings",
    "AlarmOverride",
    "AnomalyDetection",
    "BandSettings",
    "Budget",
    "BudgetAction",
    "Contact",
    "Contacts",
    "CostSettings",
    "CrossAccountSettings",
    "DigestHours",
    "DigestRoute",
    "DigestSettings",
    "EnvironmentSettings",
    "FleetSettings",
    "IdleGuardSettings",
    "LatencyBand",
    "LogFileSettings",
    "MonitoringSettings",
    "MuteWindow",
    "Objectives",
    "ProbeSettings",
    "ProtectedWindow",
    "RequestsBand",
    "ServiceSettings",
    "SettingsError",
    "SinkSettings",
    "SourceAccount",
    "TracingSettings",
    "TransactionSearchSettings",
    "known_environments",
    "load_environment",
]
