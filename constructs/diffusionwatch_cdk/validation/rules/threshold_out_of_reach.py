from __future__ import annotations

import operator
from collections.abc import Iterator

from ..finding import Fault
from ..intervals import ANY, Interval, of_metric, of_node
from ..numbers import number
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule

_BREACHES = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class ThresholdOutOfReach(Rule):
    id = "DW024"
    title = "A threshold that is never met, or always"
    why = "A percentage is never above 100 and a count never below 0: the alarm sleeps, or rings, for ever."
    source = "Alarm evaluation"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        breaches = _BREACHES.get(str(resource.properties.get("ComparisonOperator")))
        threshold = number(resource.properties.get("Threshold"))
        interval = _interval(resource)
        if breaches is None or threshold is None or interval == ANY:
            return
        low, high = interval
        between = f"it lies between {low:g} and {high:g}"
        if not breaches(low, threshold) and not breaches(high, threshold):
            yield Fault(
                ("Threshold",), f"{threshold:g} is never breached: {between}", "A threshold that can be reached"
            )
        elif breaches(low, threshold) and breaches(high, threshold):
            yield Fault(("Threshold",), f"{threshold:g} is always breached: {between}", "A threshold inside that range")


def _interval(resource: Resource) -> Interval:
    for request in resource.requests:
        for metric in request.metrics:
            if metric.returns:
                return of_metric(metric)
        for one in request.expressions:
            tree = one.tree()
            if one.returns and tree is not None:
                return of_node(tree, request)
    return ANY
