"""Planned times in which nobody is notified."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import aws_cdk as cdk
from constructs import Construct

from .names import alarm_name, logical_id
from .watched import WatchedFleet

TARGETS_LIMIT = 100
"""Alarms of one mute rule (API reference of PutAlarmMuteRule)."""


class MaintenanceWindows(Construct):
    """A mute rule for each window of the settings, over the alarms of one service that notify; of many alarms several.

    A notification due in the window comes after it, if its alarm is still in that state ("Alarm mute rules").
    """

    def __init__(self, scope: Construct, id: str, *, watched: WatchedFleet, alarms: Iterable[str]) -> None:  # noqa: A002
        super().__init__(scope, id)
        environment, service = watched.environment, watched.fleet.service
        names = [watched.alarm_name(alarm) for alarm in alarms]
        shares = [names[first : first + TARGETS_LIMIT] for first in range(0, len(names), TARGETS_LIMIT)]
        for (name, window), (number, share) in product(environment.maintenance.items(), enumerate(shares, start=1)):
            further = "" if number == 1 else f".{number}"  # a dot is in no window's name
            rule = cdk.CfnResource(
                self,
                f"{name}{further}",
                type="AWS::CloudWatch::AlarmMuteRule",
                properties={
                    "Name": alarm_name(environment.name, service, f"{name}{further}"),
                    "Description": window.reason,
                    "Rule": {
                        "Schedule": {
                            "Expression": window.schedule,
                            "Duration": window.duration,
                            "Timezone": window.timezone,
                        }
                    },
                    "MuteTargets": {"AlarmNames": share},
                },
            )
            rule.override_logical_id(logical_id(service, name, "window", further.strip(".")))
