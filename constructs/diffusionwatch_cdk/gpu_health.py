"""Only the GPUs of a fleet: whether they are sound, for an app that watches everything else itself."""

from __future__ import annotations

from constructs import Construct

from .alarm_set import Alarms
from .dashboard_set import Dashboards
from .fleet import Fleet
from .place import in_place, once
from .settings import EnvironmentSettings
from .vocabulary import check, looked_at, vocabulary
from .watched import WatchedFleet

OF_GPUS = frozenset(
    {
        "xid-fatal",
        "gpu-degraded",
        "gpu-throttled",
        "gpu-straggler",
        "gpu-driver-gone",
        "dcgm-missing",
        "gpu-sick",
        "straggler",
        "blind",
    }
)
"""Alarms on the state of GPUs, and the composites that speak for them; idle GPUs are a matter of work and money."""


class GpuHealth(Construct):
    """The alarms of ``OF_GPUS`` and the GPU dashboard: a part of ``FleetMonitoring``, not beside it."""

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        in_place(self, settings)
        once(self, fleet.service)
        monitoring = settings.monitoring(fleet.service).model_copy(update={"dashboards": ("gpu",)})
        watched = WatchedFleet(fleet, settings, monitoring)
        self.alarms = Alarms(self, "Alarms", watched=watched, only=OF_GPUS)
        self.dashboards = Dashboards(self, "Dashboards", watched=watched, alarms=self.alarms.definition)
        check(vocabulary(watched), looked_at(self.alarms.definition, self.dashboards.bodies.values()))
