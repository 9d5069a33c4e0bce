from __future__ import annotations

from diffusionwatch_cdk import AlertDigest
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.watched import WatchedFleet

from .base import EnvironmentStack


class DigestStack(EnvironmentStack):
    """Incidents for chat, tickets and mail; only where the settings say to whom."""

    what = "digest"
    about = "alert digest"

    def fill(self) -> None:
        definitions = [define(WatchedFleet(fleet, self.settings)) for fleet in self.fleets.values()]
        AlertDigest(self, "Digest", settings=self.settings, definitions=definitions)
