from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..shapes import mapping
from ..widgets import widgets


class GaugeRange(Rule):
    id = "DW045"
    title = "A gauge without its two ends"
    why = "CloudWatch refuses a gauge that lacks yAxis.left.min or max: it would not know how full is full."
    source = "Dashboard body structure and syntax, metric widgets"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for at, widget in widgets(resource.body):
            properties = widget.get("properties")
            if not isinstance(properties, dict) or properties.get("view") != "gauge":
                continue
            left = mapping(mapping(properties.get("yAxis")).get("left"))
            missing = [end for end in ("min", "max") if not isinstance(left.get(end), (int, float))]
            if missing:
                fix = 'Write "yAxis": {"left": {"min": 0, "max": 100}}'
                yield Fault((*at, "properties", "yAxis"), f"the gauge has no {' and no '.join(missing)}", fix)
