from __future__ import annotations

from diffusionwatch_cdk import FleetWidget

from .base import EnvironmentStack


class WidgetStack(EnvironmentStack):
    """The function that draws single GPUs; only where the settings ask for it."""

    what = "widget"
    about = "GPU heat map for dashboards"

    def fill(self) -> None:
        FleetWidget(self, "FleetWidget", fleets=self.fleets.values(), settings=self.settings)
