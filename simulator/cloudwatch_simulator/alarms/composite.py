"""Reads ``AWS::CloudWatch::CompositeAlarm``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwatch_simulator.alarms.metric import read_actions
from cloudwatch_simulator.alarms.model import CompositeAlarm
from cloudwatch_simulator.alarms.rule import alarm_name, parse_rule
from cloudwatch_simulator.errors import Unsupported


def read_composite_alarm(name: str, properties: Mapping[str, Any]) -> CompositeAlarm:
    """The alarm; raises ``Unsupported``."""
    if "AlarmRule" not in properties:
        raise Unsupported("AlarmRule", "is missing")
    suppressor = properties.get("ActionsSuppressor")
    periods = {key: properties.get(key) for key in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")}
    for key, value in periods.items():
        if suppressor and value is None:
            raise Unsupported(key, "is missing, beside an ActionsSuppressor")
        if value is not None and int(value) < 0:
            raise Unsupported(key, f"is {value} seconds")
    return CompositeAlarm(
        name=name,
        rule=parse_rule(str(properties["AlarmRule"])),
        actions=read_actions(properties),
        suppressor=alarm_name(str(suppressor)) if suppressor else None,
        wait=int(periods["ActionsSuppressorWaitPeriod"] or 0),
        extension=int(periods["ActionsSuppressorExtensionPeriod"] or 0),
    )
