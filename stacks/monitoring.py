from __future__ import annotations

from diffusionwatch_cdk import FleetMonitoring

from .base import EnvironmentStack


class MonitoringStack(EnvironmentStack):
    """Alarms, composites and dashboards together: CloudWatch refuses a composite without its children."""

    what = "monitoring"
    about = "alarms and dashboards"

    def fill(self) -> None:
        for service, fleet in self.fleets.items():
            FleetMonitoring(self, service, fleet=fleet, settings=self.settings)
