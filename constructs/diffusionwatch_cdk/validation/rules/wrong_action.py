from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Fault
from ..project import ACTION_KEYS, Project
from ..resource import ALARM, COMPOSITE, Resource, unknown
from ..rule import Rule
from ..shapes import mapping

MOST = 5
_INSTANCE = re.compile(r"arn:[\w-]+:(automate:[\w-]*:ec2:|swf:)")
_SCALING = re.compile(r"arn:[\w-]+:autoscaling:")


class WrongAction(Rule):
    id = "DW019"
    title = "An action that this kind of alarm cannot run"
    why = "Composite alarms neither scale nor touch instances, alarms on metric math do not touch instances."
    source = "PutMetricAlarm and PutCompositeAlarm, AlarmActions"
    kinds = (ALARM, COMPOSITE)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for key in ACTION_KEYS:
            actions = resource.properties.get(key)
            written = mapping(resource.raw.get("Properties")).get(key)
            if isinstance(written, str):
                yield Fault((key,), "it is no list", f"{key}: [{actions}]")
            if not isinstance(actions, list) or not isinstance(written, list):
                continue
            if len(actions) > MOST:
                yield Fault((key,), f"{len(actions)} actions for one state; {MOST} are allowed", "Publish to one topic")
            for place, action in enumerate(map(str, actions)):
                wrong = _wrong(action, resource)
                if wrong:
                    yield Fault((key, place), wrong, "Publish to an SNS topic, or call a Lambda function")


def _wrong(action: str, resource: Resource) -> str | None:
    composite, math = resource.kind == COMPOSITE, any(request.expressions for request in resource.requests)
    if not unknown(action) and not action.startswith("arn:"):
        return f"{action!r} is no ARN"
    if _INSTANCE.match(action) and (composite or math):
        return f"an alarm on {'other alarms' if composite else 'metric math'} cannot stop or reboot an instance"
    if _SCALING.match(action) and composite:
        return "a composite alarm cannot run a scaling policy"
    return None
