from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.metric_math.evaluate import WORDS
from cloudwatch_simulator.metric_math.grammar import names

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource
from ..rule import Rule
from ..types import type_error


class MetricMathTypes(Rule):
    id = "DW003"
    title = "An expression of the wrong type"
    why = "Functions take series, arrays or numbers as their table says, and the last word must be a time series."
    source = "Using math expressions with CloudWatch metrics"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            known = {*request.ids(), *WORDS}
            for one in request.expressions:
                tree = one.tree()
                if tree is None or not known.issuperset(names(tree)):
                    continue  # the fault of another rule
                wrong = type_error(one, request)
                if wrong:
                    yield Fault(one.at, wrong, "Return a time series, and give each function what its table asks for")
