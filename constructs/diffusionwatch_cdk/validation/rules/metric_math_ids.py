from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import nearest
from cloudwatch_simulator.metric_math.evaluate import WORDS
from cloudwatch_simulator.metric_math.grammar import names

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, DASHBOARD, Resource
from ..rule import Rule


class UnknownId(Rule):
    id = "DW002"
    title = "An expression names an id that is not there"
    why = (
        "CloudWatch refuses the alarm; in a widget the line is missing, and nobody notices a line that was never there."
    )
    source = "Using math expressions with CloudWatch metrics"
    kinds = (ALARM, DASHBOARD)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            ids = request.ids()
            for one in request.expressions:
                tree = one.tree()
                for name in dict.fromkeys(names(tree)) if tree else ():
                    if name not in ids and name not in WORDS:
                        hint = nearest(name, filter(None, ids))
                        fix = f"Give one entry the id {name}, or name one that is there{hint}"
                        yield Fault(one.at, f"{one.text!r} names {name}, which is no id here", fix)
