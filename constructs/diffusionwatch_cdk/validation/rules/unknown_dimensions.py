from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..known import known
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource, unknown
from ..rule import Rule


class UnknownDimensions(Rule):
    id = "DW030"
    title = "A set of dimensions under which nothing is sent"
    why = "Dimensions are part of a metric's name: one more or one fewer is another metric, which nobody emits."
    source = "Metrics concepts, dimensions"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for metric in (one for request in resource.requests for one in request.metrics):
            sets = known().get(metric.namespace, {}).get(metric.name)
            given = frozenset(name for name, _ in metric.dimensions)
            if sets and given not in sets and not any(map(unknown, given)):
                sent = " or ".join(f"[{', '.join(sorted(one))}]" for one in sorted(sets, key=sorted))
                said = f"{metric.name} is not sent by [{', '.join(sorted(given))}]"
                yield Fault(metric.at, said, f"Name {sent}")
