from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..shapes import items, mapping
from ..widgets import rows, widgets

WIDGETS, A_WIDGET, A_DASHBOARD, VARIABLES = 500, 500, 2500, 25


class DashboardLimits(Rule):
    id = "DW044"
    title = "More than a dashboard holds"
    why = f"{WIDGETS} widgets, {A_WIDGET} metrics each, {A_DASHBOARD:,} in all with hidden ones, {VARIABLES} variables."
    source = "CloudWatch service quotas; Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        body = mapping(resource.body)
        found = list(widgets(body))
        counts = [len(list(rows(mapping(widget.get("properties")).get("metrics")))) for _, widget in found]
        for (at, _), count in zip(found, counts, strict=True):
            if count > A_WIDGET:
                yield Fault(at, f"{count} metrics; a widget draws {A_WIDGET}", "Use a SEARCH, or split the widget")
        totals = (
            ("widgets", len(found), WIDGETS),
            ("metrics", sum(counts), A_DASHBOARD),
            ("variables", len(items(body.get("variables"))), VARIABLES),
        )
        for what, count, most in totals:
            if count > most:
                yield Fault(("DashboardBody",), f"{count:,} {what}; a dashboard holds {most:,}", "Split the dashboard")
