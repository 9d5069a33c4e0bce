from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.metric import is_insights
from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metric_math.grammar import parse

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource, unknown
from ..rule import Rule


class MetricMathSyntax(Rule):
    id = "DW001"
    title = "Metric math that cannot be read"
    why = "CloudWatch refuses the alarm during the deployment; a widget shows an error instead of its graph."
    source = "Using math expressions with CloudWatch metrics"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            for one in request.expressions:
                if unknown(one.text) or is_insights(one.text):
                    continue
                try:
                    parse(one.text)
                except ScenarioError as error:
                    yield Fault(
                        one.at, error.message, "Balance its parentheses and operators, for example 100 * m1 / m2"
                    )
