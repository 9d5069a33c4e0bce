"""Dashboards as they are put: PutDashboard, GetDashboard, ListDashboards, DeleteDashboards."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError
from .dashboard_body import check_body
from .names import Place
from .paging import page
from .tags import Tags
from .times import moment

DASHBOARDS_A_PAGE = 1000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


@dataclass(frozen=True)
class Dashboard:
    """A dashboard and the JSON text of its body."""

    name: str
    body: str
    modified: float


class Dashboards:
    """All dashboards, by name."""

    def __init__(self, clock: Clock, place: Place, tags: Tags) -> None:
        self.held: dict[str, Dashboard] = {}
        self._clock, self._place, self._tags = clock, place, tags

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutDashboard": self._put,
            "GetDashboard": self._get,
            "ListDashboards": self._list,
            "DeleteDashboards": self._delete,
        }

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(dashboard) for dashboard in list(self.held.values())]

    def load(self, dashboards: list[dict[str, Any]]) -> None:
        self.held.update({each["name"]: Dashboard(**each) for each in dashboards})

    def _put(self, params: dict[str, Any]) -> dict[str, Any]:
        name = params["DashboardName"]
        if not _NAME.fullmatch(name):
            raise ServiceError("InvalidParameterInput", f"The name {name!r} holds other than A-Z, a-z, 0-9, - and _")
        errors, warnings = check_body(params["DashboardBody"])
        if errors:
            raise ServiceError("InvalidParameterInput", "The dashboard body is invalid: " + json.dumps(errors))
        self.held[name] = Dashboard(name, params["DashboardBody"], self._clock.time())
        self._tags.add(self._place.dashboard(name), params.get("Tags", []))
        return {"DashboardValidationMessages": warnings}

    def _get(self, params: dict[str, Any]) -> dict[str, Any]:
        name = params["DashboardName"]
        if name not in self.held:
            raise ServiceError("ResourceNotFound", f"Dashboard {name} does not exist", 404)
        return {
            "DashboardArn": self._place.dashboard(name),
            "DashboardName": name,
            "DashboardBody": self.held[name].body,
        }

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        prefix = params.get("DashboardNamePrefix", "")
        found = [self.held[name] for name in sorted(self.held) if name.startswith(prefix)]
        shown, token = page(found, params.get("NextToken"), DASHBOARDS_A_PAGE)
        return {"DashboardEntries": [self._entry(dashboard) for dashboard in shown], **token}

    def _delete(self, params: dict[str, Any]) -> None:
        names = params["DashboardNames"]
        if missing := [name for name in names if name not in self.held]:
            raise ServiceError("ResourceNotFound", f"Dashboard {', '.join(missing)} does not exist", 404)
        for name in names:
            del self.held[name]
            self._tags.forget(self._place.dashboard(name))

    def _entry(self, dashboard: Dashboard) -> dict[str, Any]:
        return {
            "DashboardName": dashboard.name,
            "DashboardArn": self._place.dashboard(dashboard.name),
            "LastModified": moment(dashboard.modified),
            "Size": len(dashboard.body.encode()),
        }
