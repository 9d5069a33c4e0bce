from __future__ import annotations

import re
from collections.abc import Iterator

from cloudwatch_simulator.metric_math.grammar import Call, Node, names

from ..finding import Fault
from ..project import Project
from ..requests import Request
from ..resource import ALARM, Resource, unknown
from ..rule import Rule

_GUARD = re.compile(r"heartbeat|alive|silent|silence|missing|dead.?man|no.?data", re.IGNORECASE)


class SilentGuard(Rule):
    id = "DW015"
    title = "An alarm against silence that silence does not trigger"
    why = (
        "It asks whether something still reports. When everything stops there is no datapoint, and unless missing data "
        "is breaching the alarm stays OK, or goes to INSUFFICIENT_DATA, which tells nobody."
    )
    source = "Configuring how CloudWatch alarms treat missing data"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        properties = resource.properties
        treatment = properties.get("TreatMissingData", "missing")
        below = str(properties.get("ComparisonOperator", "")).startswith("LessThan")
        if not below or unknown(treatment) or treatment == "breaching":
            return
        if treatment == "missing" and properties.get("InsufficientDataActions"):
            return
        if any(_guards(request, resource.name) for request in resource.requests):
            said = f"TreatMissingData is {treatment}: nothing happens when the metric stops"
            yield Fault(("TreatMissingData",), said, "TreatMissingData: breaching")


def _guards(request: Request, name: str) -> bool:
    """Whether it watches for silence, and does not itself turn silence into a number by FILL(m, 0).

    One guard that is filled is enough: the others beside it say how much of that one is due.
    """
    filled = {id_ for one in request.expressions if (tree := one.tree()) is not None for id_ in _filled(tree)}
    guards = [metric for metric in request.metrics if metric.stat == "SampleCount" or _GUARD.search(metric.name)]
    if guards:
        return not any(metric.id and metric.id in filled for metric in guards)
    return not filled and _GUARD.search(name) is not None


def _filled(node: Node) -> Iterator[str]:
    if isinstance(node, Call):
        if node.function == "FILL":
            yield from names(node.arguments[0])
        for part in node.arguments:
            yield from _filled(part)
