from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import ALARM_TYPES, Resource, unknown
from ..rule import Rule


class DuplicateAlarm(Rule):
    id = "DW028"
    title = "Two alarms of one name"
    why = "Metric and composite alarms share one list of names; the second one fails the deployment."
    source = "PutMetricAlarm, AlarmName"
    kinds = ALARM_TYPES

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        name = resource.properties.get("AlarmName")
        if not isinstance(name, str) or unknown(name):
            return
        given, condition = project.alarm_names, str(resource.raw.get("Condition", ""))
        always = given[resource.document.file, name, ""] if condition else 0
        if given[resource.document.file, name, condition] + always > 1:
            yield Fault(("AlarmName",), f"{name} is given to another alarm too", "Give each alarm its own name")
