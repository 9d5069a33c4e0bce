from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..finding import Fault, Severity
from ..grid import Place
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..widgets import widgets


class WidgetOverlap(Rule):
    id = "DW043"
    title = "Two widgets in one place"
    why = "CloudWatch pushes one of them elsewhere, and the layout that somebody thought about is gone."
    source = "Dashboard body structure and syntax"
    severity = Severity.WARNING
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        placed = [(at, place) for at, widget in widgets(resource.body) if (place := Place.of(widget)) is not None]
        for (first, one), (second, other) in combinations(placed, 2):
            if one.overlaps(other):
                below = f"y: {one.y + one.height} or below, or beside it"
                yield Fault(second, f"it covers widget {first[2]} at x {one.x}, y {one.y}", below)
