from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.metric_math.grammar import calls

from ..finding import Fault, Severity
from ..numbers import whole
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class FillFreezes(Rule):
    id = "DW031"
    title = "FILL in an alarm that needs every datapoint"
    why = "The newest minute may be filled before its data comes; with M = N such an alarm can hang in its state."
    source = "Using math expressions with CloudWatch metrics, FILL"
    severity = Severity.WARNING
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        periods = whole(resource, "EvaluationPeriods")
        datapoints = whole(resource, "DatapointsToAlarm") or periods
        if periods is None or datapoints != periods:
            return
        for one in (one for request in resource.requests for one in request.expressions):
            tree = one.tree()
            if tree is not None and "FILL" in calls(tree):
                fix = f"{periods} of {periods + 1}" if periods == 1 else f"DatapointsToAlarm: {periods - 1}"
                yield Fault(one.at, f"FILL, and {datapoints} of {periods} datapoints must breach", fix)
