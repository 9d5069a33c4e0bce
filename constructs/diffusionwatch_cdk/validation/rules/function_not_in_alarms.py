from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.metric_math.functions import NOT_IN_ALARMS
from cloudwatch_simulator.metric_math.grammar import calls

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class FunctionNotInAlarms(Rule):
    id = "DW005"
    title = "A function that alarms do not take"
    why = "An alarm's evaluation range is wider than its periods, so counting functions mislead; SEARCH is refused."
    source = "Using math expressions with CloudWatch metrics"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            for one in request.expressions:
                tree = one.tree()
                for name in sorted(NOT_IN_ALARMS.intersection(calls(tree))) if tree else ():
                    fix = (
                        "Name the metrics, or use a Metrics Insights query"
                        if name == "SEARCH"
                        else "Compute without it"
                    )
                    yield Fault(one.at, f"{name} does not work in an alarm", fix)
