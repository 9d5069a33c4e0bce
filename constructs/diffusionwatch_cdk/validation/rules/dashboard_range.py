from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..moments import is_moment, is_span
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..shapes import mapping


class DashboardRange(Rule):
    id = "DW051"
    title = "A range of time that cannot be read"
    why = "PutDashboard refuses the dashboard for it; a relative start also leaves the end alone."
    source = "Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        body = mapping(resource.body)
        start, end = body.get("start"), body.get("end")
        if start is not None and not is_span(start) and not is_moment(start):
            yield Fault(("DashboardBody", "start"), f"{start!r} is no start", "-PT3H, or 2026-01-05T12:00:00Z")
        if end is not None and not is_moment(end):
            yield Fault(("DashboardBody", "end"), f"{end!r} is no end", "2026-01-05T18:00:00Z, or leave it out")
        override = body.get("periodOverride", "auto")
        if override not in ("auto", "inherit"):
            yield Fault(("DashboardBody", "periodOverride"), f"{override!r} is neither", "auto or inherit")
