from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault, Severity
from ..project import Project
from ..resource import ALARM, LOG_ALARM, Resource
from ..rule import Rule


class NoAction(Rule):
    id = "DW016"
    title = "An alarm that tells nobody"
    why = "It has no action, no composite listens to it and no deployment asks for it: it goes off unheard."
    source = "Alarm actions"
    severity = Severity.WARNING
    kinds = (ALARM, LOG_ALARM)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        if not project.heard(resource):
            yield Fault(("AlarmActions",), "no action, and no composite speaks for it", "Name a topic in AlarmActions")
