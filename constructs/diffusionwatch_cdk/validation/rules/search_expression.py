from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metric_math.search import search
from cloudwatch_simulator.statistic import Statistic

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..search_terms import searches


class SearchExpression(Rule):
    id = "DW047"
    title = "A SEARCH that cannot be read"
    why = "The graph stays empty. A search is {Namespace,Dimension,…} in braces, then terms, in 1,024 characters."
    source = "CloudWatch search expression syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for one in (one for request in resource.requests for one in request.expressions):
            for text, stat in searches(one.tree()):
                wrong = _wrong(text, stat)
                if wrong:
                    yield Fault(one.at, wrong, "SEARCH('{AWS/SQS,QueueName} MetricName=\"…\"', 'Sum', 300)")


def _wrong(text: str, stat: str) -> str | None:
    try:
        search(text, ())
        Statistic.parse(stat)
    except ScenarioError as error:
        return error.message
    return None
