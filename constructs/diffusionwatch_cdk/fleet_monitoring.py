"""Alarms and dashboards of one fleet, in any CDK app.

FleetMonitoring(self, "Monitoring", fleet=Fleet.on_ec2(service="image-api", …), settings=settings)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from constructs import Construct

from .alarm_set import Alarms
from .alarms import AlarmRule, CompositeRule
from .dashboard_set import Dashboards, Row
from .detectors import Detectors
from .fleet import Fleet
from .fleet_events import FleetEvents
from .maintenance import MaintenanceWindows
from .place import in_place, once
from .probe import Probe
from .saved_queries import SavedQueries
from .settings import EnvironmentSettings
from .slo import Slo
from .vocabulary import check, looked_at, vocabulary
from .watched import WatchedFleet


class FleetMonitoring(Construct):
    """Every alarm of the catalogue that applies to the fleet, the composites that speak for them, the dashboards.

    ``extra_rows`` puts widgets of your own below those of a dashboard: by its name, a function for each row. What your
    alarms and rows read has to be emitted by somebody whom we know, or be in one of ``own_namespaces``: of your app, or
    of an AWS service that is not ours to watch, such as ``AWS/ApplicationELB``.

    Alarms notify the topics ``diffusionwatch-<environment>-page`` and ``-ticket`` (see ``Notifications``).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleet: Fleet,
        settings: EnvironmentSettings,
        extra_alarms: Iterable[AlarmRule] = (),
        extra_composites: Iterable[CompositeRule] = (),
        extra_rows: Mapping[str, Sequence[Row]] | None = None,
        own_namespaces: Collection[str] = (),
    ) -> None:
        super().__init__(scope, id)
        in_place(self, settings)
        once(self, fleet.service)
        self.watched = WatchedFleet(fleet, settings)
        FleetEvents(self, "Events", watched=self.watched)
        Detectors(self, "Detectors", watched=self.watched)
        Probe(self, "Probe", watched=self.watched)
        if self.watched.settings.objectives.application_signals:
            Slo(self, "Slo", fleet=fleet, settings=settings)
        self.alarms = Alarms(
            self, "Alarms", watched=self.watched, extra_alarms=extra_alarms, extra_composites=extra_composites
        )
        self.dashboards = Dashboards(
            self, "Dashboards", watched=self.watched, alarms=self.alarms.definition, extra_rows=extra_rows
        )
        SavedQueries(self, "Queries", watched=self.watched)
        MaintenanceWindows(self, "Maintenance", watched=self.watched, alarms=self.alarms.definition.loud)
        read = looked_at(self.alarms.definition, self.dashboards.bodies.values())
        check(vocabulary(self.watched), (one for one in read if one[1].namespace not in own_namespaces))

    @property
    def deploy_guard(self) -> str | None:
        """The name of the alarm that goes off while a deployment harms: for AlarmSpecification of an instance refresh,
        or as a rollback trigger of a stack (docs/notifications.md). None where it is switched off.
        """
        guards = [one.name for one in self.alarms.definition.composites if one.rule.id == "deploy-guard"]
        return guards[0] if guards else None
