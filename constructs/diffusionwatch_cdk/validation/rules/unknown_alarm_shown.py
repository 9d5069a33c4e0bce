from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cloudwatch_simulator.alarms.rule import alarm_name
from cloudwatch_simulator.errors import nearest

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource
from ..rule import Rule
from ..shapes import items, mapping
from ..widgets import widgets


class UnknownAlarmShown(Rule):
    id = "DW048"
    title = "A widget of an alarm that is not there"
    why = "The tile is empty: after a rename the state that people look for first is the one that is missing."
    source = "Dashboard body structure and syntax, alarm widgets"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        own = _accounts(project)
        for at, widget in widgets(resource.body):
            properties = widget.get("properties")
            if not isinstance(properties, dict):
                continue
            shown = [("alarms", one) for one in items(properties.get("alarms"))]
            shown += [("annotations", one) for one in items(mapping(properties.get("annotations")).get("alarms"))]
            for key, arn in shown:
                if own and _account(arn) not in own | {""}:
                    continue  # another account's alarm, seen from here
                name = alarm_name(str(arn))
                if str(arn).startswith("arn:") and project.alarms and project.missing_alarm(name):
                    said = f"no template has an alarm called {name}{nearest(name, project.alarms)}"
                    yield Fault((*at, "properties", key), said, "Name an alarm that is there")


@lru_cache(maxsize=1)  # of the project, not of each of its dashboards
def _accounts(project: Project) -> set[str]:
    """The account of the templates, as far as their alarms' actions tell."""
    actions = (action for alarm in project.alarms.values() for action in items(alarm.properties.get("AlarmActions")))
    return {account for action in actions if (account := _account(action)).isdigit()}


def _account(arn: object) -> str:
    """
    >>> _account("arn:aws:cloudwatch:us-east-1:111122223333:alarm:hot")
    '111122223333'
    """
    parts = str(arn).split(":")
    return parts[4] if str(arn).startswith("arn:") and len(parts) > 5 else ""
