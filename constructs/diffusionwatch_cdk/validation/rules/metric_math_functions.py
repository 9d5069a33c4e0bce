from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import nearest
from cloudwatch_simulator.metric_math.evaluate import OUTSIDE
from cloudwatch_simulator.metric_math.functions import FUNCTIONS
from cloudwatch_simulator.metric_math.grammar import calls

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource
from ..rule import Rule

_KNOWN = frozenset([*FUNCTIONS, *OUTSIDE, "METRICS", "SEARCH"]) - {"ARRAY"}


class UnknownFunction(Rule):
    id = "DW004"
    title = "A function that metric math does not have"
    why = "CloudWatch refuses it. Names of functions are upper case, and those of other query languages do not count."
    source = "Using math expressions with CloudWatch metrics"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            for one in request.expressions:
                tree = one.tree()
                for name in dict.fromkeys(calls(tree)) if tree else ():
                    if name not in _KNOWN:
                        hint = nearest(name.upper(), _KNOWN).removeprefix("; ")
                        yield Fault(one.at, f"{name} is no function of metric math", hint or "Write it with known ones")
