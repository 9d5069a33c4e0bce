"""Which stacks an environment has: for who builds them, and for who asks whether they are there. Pure."""

from __future__ import annotations

from .settings import EnvironmentSettings

SERVICES_OF_A_STACK = 4
"""A service takes some 75 resources and 90 KB, of 100 models with the longest names 230; a stack holds 500 and 1 MB.
The rest is room for a catalogue that grows, and for alarms and rows of one's own."""


def stacks(settings: EnvironmentSettings) -> list[str]:
    """Names in the order of deployment: ``foundation``, ..., ``monitoring``, ``monitoring-2``, ..."""
    fleets = [service.fleet for service in settings.services.values()]
    monitoring = ["monitoring", *(f"monitoring-{n}" for n in range(2, -(-len(fleets) // SERVICES_OF_A_STACK) + 1))]
    wanted = {
        "foundation": True,
        "agent": any(fleet.auto_scaling_group or fleet.install_agent for fleet in fleets),
        "tracing": settings.tracing.wanted,
        "cost": True,
        "digest": settings.digest is not None,
        "widget": settings.fleet_widget,
        **dict.fromkeys(monitoring, bool(fleets)),
        "overview": settings.has_overview,
    }
    return [stack for stack, is_wanted in wanted.items() if is_wanted]
