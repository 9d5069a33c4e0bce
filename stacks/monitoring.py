from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from diffusionwatch_cdk import EnvironmentSettings, FleetMonitoring
from diffusionwatch_cdk.names import LIMIT_METADATA
from diffusionwatch_cdk.wanted import SERVICES_OF_A_STACK

from .base import EnvironmentStack

MODELS_BEFORE_DENSE = 40
"""A service with more has its template without spaces; up to there it is indented, for people and findings by line."""


class MonitoringStack(EnvironmentStack):
    """Alarms, composites and dashboards together: CloudWatch refuses a composite without its children.

    Services go into stacks in the order of the settings file, so one that is added at its end moves no other.
    """

    what = "monitoring"
    about = "alarms and dashboards"

    def __init__(self, scope: Construct, settings: EnvironmentSettings, services: Sequence[str], number: int) -> None:
        self.services = services
        self.dense = any(len(settings.services[name].models) > MODELS_BEFORE_DENSE for name in services)
        if number > 1:
            self.what = f"monitoring-{number}"
        super().__init__(scope, settings)
        if number == 1 and settings.budget.monitoring_usd is not None:
            self.add_metadata(LIMIT_METADATA, settings.budget.monitoring_usd)

    def fill(self) -> None:
        for service in self.services:
            FleetMonitoring(self, service, fleet=self.fleets[service], settings=self.settings)

    @classmethod
    def all_of(cls, scope: Construct, settings: EnvironmentSettings) -> list[MonitoringStack]:
        """As many stacks as the services need, none without; the first keeps its plain name."""
        services = list(settings.services)
        starts = range(0, len(services), SERVICES_OF_A_STACK)
        return [
            cls(scope, settings, services[start : start + SERVICES_OF_A_STACK], number)
            for number, start in enumerate(starts, start=1)
        ]
