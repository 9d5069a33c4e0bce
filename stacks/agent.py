from __future__ import annotations

from diffusionwatch_cdk import AgentConfiguration

from .base import EnvironmentStack


class AgentStack(EnvironmentStack):
    """The CloudWatch agent's configuration for each fleet on EC2."""

    what = "agent"
    about = "CloudWatch agent configuration"

    def fill(self) -> None:
        for service, fleet in self.fleets.items():
            install = self.settings.services[service].fleet.install_agent
            AgentConfiguration(self, service, fleet=fleet, settings=self.settings, install=install)
