"""Which alarm is set off for which topic, and who hears it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..deployed_alarm import DeployedAlarm
from ..deployment import Deployment
from ..subscriber import Subscriber


@dataclass(frozen=True)
class Route:
    """The way from an alarm through a severity's topic to whoever listens."""

    severity: str
    topic: str
    alarm: DeployedAlarm | None
    """what is set off; None when only an alarm made for the drill will do"""
    subscribers: tuple[Subscriber, ...]

    @property
    def hearing(self) -> tuple[Subscriber, ...]:
        return tuple(one for one in self.subscribers if one.confirmed)


def plan(deployment: Deployment, severities: Iterable[str]) -> list[Route]:
    """The routes of the severities. Asks only; raises the client's NotFoundException when a topic is not there."""
    return [
        Route(severity, topic, harmless(deployment.alarms, topic), deployment.subscribers(severity))
        for severity in severities
        for topic in [deployment.topic(severity)]
    ]


def harmless(alarms: Iterable[DeployedAlarm], topic: str) -> DeployedAlarm | None:
    """The alarm that tells the topic at once and touches nothing else; composites first, since they carry pages.

    Left out: an alarm that other alarms rest on (setting off a suppressor would silence real pages), one that a
    suppressor may hold back (CloudWatch then waits before it acts, and evaluates anew meanwhile), one that is off
    already, one whose actions are disabled, and one that is not evaluated: an alarm that warms up does not act either.
    """
    alarms = tuple(alarms)
    used = frozenset[str]().union(*(alarm.rests_on for alarm in alarms))
    fitting = [
        alarm
        for alarm in alarms
        if alarm.tells(topic)
        and alarm.actions_enabled
        and alarm.state != "ALARM"
        and alarm.name not in used
        and not {"ActionsSuppressor", "EvaluationState"} & alarm.shown.keys()
    ]
    return min(fitting, key=lambda alarm: (not alarm.is_composite, alarm.name), default=None)
