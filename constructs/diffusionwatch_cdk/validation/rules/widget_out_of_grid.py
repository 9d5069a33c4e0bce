from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..grid import COLUMNS, Place
from ..project import Project
from ..resource import DASHBOARD, Resource, unknown
from ..rule import Rule
from ..widgets import widgets

PARTS = ("x", "y", "width", "height")


class WidgetOutOfGrid(Rule):
    id = "DW042"
    title = "A widget outside the grid"
    why = f"A dashboard has {COLUMNS} columns; CloudWatch refuses one whose widget reaches beyond them."
    source = "Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for at, widget in widgets(resource.body):
            odd = [key for key in PARTS if not _whole(widget.get(key))]
            if odd:
                said = ", ".join(f"{key} {widget[key]!r}" for key in odd)
                yield Fault(at, f"{said} is no whole number", "Whole numbers of columns and rows")
            place = Place.of({"x": 0, "y": 0, **widget})
            if place is not None and not place.inside():
                said = f"x {place.x}, y {place.y}, {place.width} by {place.height} does not fit {COLUMNS} columns"
                yield Fault(at, said, f"x + width at most {COLUMNS}, y at least 0, width and height at least 1")


def _whole(value: object) -> bool:
    return value is None or unknown(value) or (isinstance(value, int) and not isinstance(value, bool))
