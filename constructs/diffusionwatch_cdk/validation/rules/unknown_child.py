from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.errors import nearest

from ..finding import Fault
from ..project import Project
from ..resource import COMPOSITE, Resource
from ..rule import Rule


class UnknownChild(Rule):
    id = "DW021"
    title = "A composite of an alarm that is not there"
    why = "CloudWatch refuses a composite before its children exist; after a rename it is the whole stack that fails."
    source = "Combining alarms"
    kinds = (COMPOSITE,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        rule = project.rules.get(resource.name)
        for name in rule.names() if rule else ():
            if project.missing_alarm(name):
                said = f"no template has an alarm called {name}{nearest(name, project.alarms)}"
                yield Fault(
                    ("AlarmRule",), said, "Name an alarm that is there, or lint its template along with this one"
                )
