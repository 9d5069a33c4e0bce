from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import nearest

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..shapes import items, mapping
from ..widgets import widgets

TYPES = ("metric", "text", "log", "alarm", "explorer", "chart", "custom")
VIEWS = {
    "metric": ("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
    "log": ("table", "timeSeries", "bar", "pie"),
}


class WidgetType(Rule):
    id = "DW041"
    title = "A widget type or a view that CloudWatch does not have"
    why = "PutDashboard refuses the whole dashboard for one unknown type, and draws an error for an unknown view."
    source = "Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for place, one in enumerate(items(mapping(resource.body).get("widgets"))):
            if not isinstance(one, dict):
                yield Fault(("DashboardBody", "widgets", place), f"{one!r} is no widget", 'Write {"type": "metric", …}')
        for at, widget in widgets(resource.body):
            kind, properties = widget.get("type"), widget.get("properties")
            if kind not in TYPES:
                hint = nearest(str(kind), TYPES)
                yield Fault((*at, "type"), f"{kind!r} is no type of widget{hint}", f"One of {', '.join(TYPES)}")
            elif not isinstance(properties, dict):
                yield Fault((*at, "properties"), f"a {kind} widget without properties", "Give it properties")
            elif kind in VIEWS and properties.get("view", VIEWS[kind][0]) not in VIEWS[kind]:
                said = f"{properties['view']!r} is no view{nearest(str(properties['view']), VIEWS[kind])}"
                yield Fault((*at, "properties", "view"), said, f"One of {', '.join(VIEWS[kind])}")
