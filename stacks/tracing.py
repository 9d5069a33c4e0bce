from __future__ import annotations

from diffusionwatch_cdk import Tracing

from .base import EnvironmentStack


class TracingStack(EnvironmentStack):
    """X-Ray groups and sampling of each service."""

    what = "tracing"
    about = "X-Ray groups and sampling"

    def fill(self) -> None:
        for service, fleet in self.fleets.items():
            Tracing(self, service, fleet=fleet, settings=self.settings)
