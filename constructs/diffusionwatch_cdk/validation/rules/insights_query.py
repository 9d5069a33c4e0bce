from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.metric import is_insights

from ..finding import Fault
from ..insights_query import query_error
from ..project import Project
from ..requests import Request
from ..resource import ALARM, DASHBOARD, Resource, unknown
from ..rule import Rule
from ..shapes import items, mapping


class InsightsQuery(Rule):
    id = "DW052"
    title = "A Metrics Insights query that cannot be read, or cannot stand there"
    why = "An alarm holds one query with its period and nothing beside it, a widget one; a query is one SELECT."
    source = "Metrics Insights query components and syntax; Create an alarm on a Metrics Insights query"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            yield from _of(request, resource)


def _of(request: Request, resource: Resource) -> Iterator[Fault]:
    queries = [one for one in request.expressions if is_insights(one.text)]
    for one in queries:
        wrong = None if unknown(one.text) else query_error(one.text)
        if wrong:
            fix = 'SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) GROUP BY InstanceId'
            yield Fault(one.at, f"{one.text!r} {wrong}", fix)
    if len(queries) > 1:
        yield Fault(queries[1].at, f"{len(queries)} queries of Metrics Insights in one place", "Keep one")
    if queries and request.alarm:
        if len(request.entries) > 1:
            yield Fault(request.at, "an alarm on a query takes nothing beside it", "Keep the query alone")
        place = queries[0].at[1]
        entry = items(resource.properties.get("Metrics"))[place] if isinstance(place, int) else None
        if "Period" not in mapping(entry):
            yield Fault(request.at, "a query without a period", "Period: 60, beside the expression")
