from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..grid import COLUMNS, Place
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..widgets import widgets


class WidgetOutOfGrid(Rule):
    id = "DW042"
    title = "A widget outside the grid"
    why = f"A dashboard has {COLUMNS} columns; CloudWatch refuses one whose widget reaches beyond them."
    source = "Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for at, widget in widgets(resource.body):
            place = Place.of(widget)
            if place is not None and not place.inside():
                said = f"x {place.x}, y {place.y}, {place.width} by {place.height} does not fit {COLUMNS} columns"
                yield Fault(at, said, f"x + width at most {COLUMNS}, y at least 0, width and height at least 1")
