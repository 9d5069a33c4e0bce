"""The dashboards of one fleet as CloudFormation resources."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from .alarms import AlarmSetDefinition
from .dashboards import DASHBOARDS
from .dashboards.layout import Widget, below
from .names import dashboard_name, logical_id
from .settings.nearest import did_you_mean
from .watched import WatchedFleet

Row = Callable[[WatchedFleet, AlarmSetDefinition], Sequence[Widget]]
"""Widgets that stand side by side, made for a fleet; their widths add up to 24 at most."""


class Dashboards(Construct):
    """The dashboards of dashboards.DASHBOARDS, named ``<environment>-<service>-<dashboard>``."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        watched: WatchedFleet,
        alarms: AlarmSetDefinition,
        extra_rows: Mapping[str, Sequence[Row]] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.bodies = {name: DASHBOARDS[name](watched, alarms) for name in watched.settings.dashboards}
        for name, rows in (extra_rows or {}).items():
            if name not in self.bodies:
                hint = did_you_mean(name, self.bodies)
                raise ValueError(f"{watched.fleet.service} has no dashboard called {name!r}{hint}")
            self.bodies[name] = below(self.bodies[name], [_made(row, name, watched, alarms) for row in rows])
        for name, body in self.bodies.items():
            full = dashboard_name(watched.environment.name, watched.fleet.service, name)
            dashboard_resource(self, name, full, body, logical_id(watched.fleet.service, name, "dashboard"))


def _made(row: Row, dashboard: str, watched: WatchedFleet, alarms: AlarmSetDefinition) -> Sequence[Widget]:
    """A row of somebody's own; raises ValueError when it is none."""
    widgets = row(watched, alarms)
    parts = ("type", "width", "height", "properties")
    for widget in widgets if isinstance(widgets, Sequence) else (widgets,):
        if not isinstance(widget, Mapping) or (missing := [part for part in parts if part not in widget]):
            lacks = f", without {', '.join(missing)}" if isinstance(widget, Mapping) else ""
            raise ValueError(f"a row of {dashboard} is a list of widgets; it has {widget!r}{lacks}")
    return widgets


def dashboard_resource(scope: Construct, id: str, name: str, body: dict[str, Any], logical: str) -> None:  # noqa: A002
    """One dashboard of that name."""
    properties = {"DashboardName": name, "DashboardBody": _json(scope, body)}
    dashboard = cdk.CfnResource(scope, id, type="AWS::CloudWatch::Dashboard", properties=properties)
    dashboard.override_logical_id(logical)


def _json(scope: Construct, body: dict[str, Any]) -> str:
    """Plain JSON where every name is known, CloudFormation's join where a construct's name is still a token."""
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return cdk.Stack.of(scope).to_json_string(body) if cdk.Token.is_unresolved(plain) else plain
