from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource, wholly_unknown
from ..rule import Rule


class BodyIsJson(Rule):
    id = "DW040"
    title = "A dashboard's body that is no JSON"
    why = "The deployment fails; or an unresolved token left half a body behind."
    source = "Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        body = resource.properties.get("DashboardBody")
        if not wholly_unknown(body) and not isinstance(resource.body, dict):
            yield Fault(("DashboardBody",), "it is no JSON object", "Write one JSON object with widgets")
        elif isinstance(resource.body, dict) and not isinstance(resource.body.get("widgets", []), list):
            yield Fault(("DashboardBody",), "widgets is no list", 'Write {"widgets": […]}')
