from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault, Severity
from ..project import Project
from ..resource import COMPOSITE, Resource
from ..rule import Rule


class NoActionOfComposite(Rule):
    id = "DW033"
    title = "A composite alarm that tells nobody"
    why = "Right for one whose state a deployment or a suppressor asks for, an oversight for every other."
    source = "Combining alarms"
    severity = Severity.NOTE
    kinds = (COMPOSITE,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        if not project.heard(resource):
            fix = "Name a topic in AlarmActions, unless only machines ask for its state"
            yield Fault(("AlarmActions",), "no action, and no alarm is made of it or suppressed by it", fix)
