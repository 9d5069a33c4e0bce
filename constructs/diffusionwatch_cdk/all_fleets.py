"""The dashboard of all fleets, and those of other accounts that are to be seen here."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import Construct

from .alarms import define
from .dashboard_set import dashboard_resource
from .dashboards import DASHBOARDS
from .dashboards.all_fleets import Row, all_fleets
from .dashboards.of_account import body_of_account
from .fleet import Fleet
from .names import logical_id
from .settings import EnvironmentSettings
from .vocabulary import check, vocabulary, widget_metrics
from .watched import WatchedFleet


class AllFleets(Construct):
    """``<environment>-all-fleets``: a row for each fleet, where there are two or more, other accounts' included.

    AllFleets(self, "AllFleets", settings=settings)
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        settings: EnvironmentSettings,
        fleets: Iterable[Fleet] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.settings = settings
        if fleets is None:
            fleets = [Fleet.named(name, service.fleet) for name, service in settings.services.items()]
        rows = [_row(WatchedFleet(fleet, settings)) for fleet in fleets]
        for name, source in settings.cross_account.sources.items():
            there = settings.seen_from_here(source)
            theirs = [_row(WatchedFleet(Fleet.named(one, its.fleet), there)) for one, its in source.services.items()]
            for row in theirs:
                self._of_source(name, source.dashboards, row)
            rows += theirs
        self.bodies = all_fleets(rows, settings) if len(rows) > 1 else []
        for number, body in enumerate(self.bodies, start=1):
            name = "all-fleets" if number == 1 else f"all-fleets-{number}"
            dashboard_resource(self, name, f"{settings.name}-{name}", body, logical_id(name, "dashboard"))
        if len(self.bodies) > 1:
            said = f"{len(rows)} fleets are more than one dashboard holds: {settings.name}-all-fleets and its parts"
            cdk.Annotations.of(self).add_info(said)

    def _of_source(self, source: str, dashboards: Iterable[str], row: Row) -> None:
        watched, alarms = row
        for name in dashboards:
            body = DASHBOARDS[name](watched, alarms)
            check(vocabulary(watched), widget_metrics(body))
            body = body_of_account(body, watched.environment.account)
            here = f"{source}-{watched.fleet.service}-{name}"
            dashboard_resource(self, here, f"{self.settings.name}-{here}", body, logical_id(here, "dashboard"))


def _row(watched: WatchedFleet) -> Row:
    return watched, define(watched)
