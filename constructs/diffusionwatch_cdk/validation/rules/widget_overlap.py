from __future__ import annotations

from collections.abc import Iterator

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
        for count, (at, one) in enumerate(placed):
            covered = [(first, other) for first, other in placed[:count] if other.overlaps(one)]
            if covered:
                which = f"widget{'s' if len(covered) > 1 else ''} {', '.join(str(first[2]) for first, _ in covered)}"
                below = max(other.y + other.height for _, other in covered)
                yield Fault(at, f"it covers {which}", f"y: {below} or below, or beside")
