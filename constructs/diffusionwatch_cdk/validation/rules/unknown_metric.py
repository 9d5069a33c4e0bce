from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import nearest

from ..finding import Fault
from ..known import known, listed
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource, unknown
from ..rule import Rule


class UnknownMetric(Rule):
    id = "DW029"
    title = "A metric that nobody emits"
    why = "The graph is empty and the alarm never fires; both look healthy for years."
    source = "The catalogue of metrics; the metrics that AWS's pages list for SQS, Auto Scaling and the agent"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for metric in (one for request in resource.requests for one in request.metrics):
            if unknown(metric.name) or not listed(metric.namespace, metric.name):
                continue
            names = known()[metric.namespace]
            if metric.name not in names:
                hint = nearest(metric.name, names)
                yield Fault(
                    metric.at, f"{metric.namespace} has no metric {metric.name}{hint}", "Name one that is there"
                )
