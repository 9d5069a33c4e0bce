from __future__ import annotations

from collections import defaultdict

from diffusionwatch_cdk import AgentConfiguration, EksAgent

from .base import EnvironmentStack


class AgentStack(EnvironmentStack):
    """The CloudWatch agent: its configuration for each fleet on EC2, the add-on of each cluster that asks for it."""

    what = "agent"
    about = "CloudWatch agent configuration"

    def fill(self) -> None:
        clusters: dict[str, list[str]] = defaultdict(list)
        for service, fleet in self.fleets.items():
            if fleet.auto_scaling_group:
                AgentConfiguration(self, service, fleet=fleet, settings=self.settings)
            elif fleet.eks_cluster and fleet.install_agent:
                clusters[fleet.eks_cluster].append(service)
        for cluster, services in clusters.items():
            EksAgent(self, f"{cluster}-addon", cluster=cluster, services=services, settings=self.settings)
