from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.rule import alarm_name
from cloudwatch_simulator.errors import nearest

from ..finding import Fault
from ..project import Project
from ..resource import COMPOSITE, Resource
from ..rule import Rule


class Suppressor(Rule):
    id = "DW023"
    title = "A suppressor that is not there, or has no time to act"
    why = "The suppressor may go off a minute later than what it suppresses; with no wait the page is out by then."
    source = "Composite alarm action suppression"
    kinds = (COMPOSITE,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        given = resource.properties.get("ActionsSuppressor")
        if not isinstance(given, str):
            return
        name = alarm_name(given)
        if project.missing_alarm(name):
            said = f"no template has an alarm called {name}{nearest(name, project.alarms)}"
            yield Fault(("ActionsSuppressor",), said, "Name an alarm that is there")
        for key in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
            if resource.properties.get(key) in (None, 0, "0"):
                yield Fault((key,), f"{key} is not given", "120: twice the minute that CloudWatch suggests at least")
