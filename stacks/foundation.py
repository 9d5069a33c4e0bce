from __future__ import annotations

from diffusionwatch_cdk import EncryptionKey, Notifications, WorkerLogs
from diffusionwatch_cdk.cost_meter import cost_meters
from diffusionwatch_cdk.digest.names import DIGEST
from diffusionwatch_cdk.money.guard import IDLE_GUARD, guarded
from diffusionwatch_cdk.names import FLEET_WIDGET

from .base import EnvironmentStack


class FoundationStack(EnvironmentStack):
    """What the others rest on, and what stays when they go."""

    what = "foundation"
    about = "key, topics, log groups"

    def fill(self) -> None:
        key = EncryptionKey(self, "Key", settings=self.settings)
        Notifications(self, "Notifications", settings=self.settings, key=key)
        functions = [*cost_meters(len(self.fleets)), *([DIGEST] if self.settings.digest else [])]
        functions += [IDLE_GUARD] if guarded(self.settings) else []
        functions += [FLEET_WIDGET] if self.settings.fleet_widget else []
        WorkerLogs(self, "Logs", settings=self.settings, key=key, functions=functions)
