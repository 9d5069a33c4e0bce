from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.statistic import Statistic as Read

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource, unknown
from ..rule import Rule


class Statistic(Rule):
    id = "DW026"
    title = "A statistic that CloudWatch does not have"
    why = "Names are exact: Average, not Avg or avg; p99.9, not P99.9 or 99.9."
    source = "CloudWatch statistics definitions"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        given = {key: resource.properties.get(key) for key in ("Statistic", "ExtendedStatistic")}
        if all(given.values()):
            yield Fault(("ExtendedStatistic",), "both Statistic and ExtendedStatistic are given", "Give one of them")
        for metric in (one for request in resource.requests for one in request.metrics):
            if not metric.stat and resource.kind == ALARM:
                yield Fault(metric.at, "no statistic is given", "Statistic: Average, or ExtendedStatistic: p90")
            elif metric.stat and not unknown(metric.stat):
                try:
                    Read.parse(metric.stat)
                except ScenarioError as error:
                    yield Fault(metric.at, error.message, "Average, Sum, Minimum, Maximum, SampleCount, p90, …")
