from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault, Severity
from ..project import Project
from ..resource import ALARM_TYPES, Resource
from ..rule import Rule


class ActionsOff(Rule):
    id = "DW034"
    title = "Actions that are switched off"
    why = "ActionsEnabled: false is how somebody silenced the alarm one night; in a template it lasts for ever."
    source = "PutMetricAlarm, ActionsEnabled"
    severity = Severity.WARNING
    kinds = ALARM_TYPES

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        if resource.properties.get("ActionsEnabled") in (False, "false") and resource.properties.get("AlarmActions"):
            fix = "Remove it; silence an alarm for a time by an AWS::CloudWatch::AlarmMuteRule"
            yield Fault(("ActionsEnabled",), "its actions never run", fix)
