"""Who told of an incident, what was behind it, what was kept from telling: from the alarms' own history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudwatch_simulator.alarms.rule import alarm_name, parse_rule
from diffusionwatch_local.demo.chat import BEGINS, ENDS, Said
from diffusionwatch_local.demo.history import ALARM, Transition
from diffusionwatch_local.demo.inbox import Notification
from diffusionwatch_local.demo.incidents import Incident, Script

MINUTE = 60.0


@dataclass(frozen=True)
class Described:
    """What is told of a deployed alarm."""

    name: str
    children: tuple[str, ...] = ()
    """of a composite alarm"""
    suppressor: str = ""
    tells: bool = False
    """whether it has actions when it goes off"""


@dataclass(frozen=True)
class Telling:
    """One notification of an alarm that went off, and the leaves in alarm behind it at that moment."""

    alarm: str
    composite: bool
    topic: str
    after_minutes: float
    leaves: tuple[str, ...]


@dataclass(frozen=True)
class Suppressed:
    """An alarm that would have told, went off, and told nobody; ``by`` is what silenced it, as far as that is known."""

    alarm: str
    by: str


@dataclass(frozen=True)
class Told:
    """What people got of an incident."""

    notifications: tuple[Telling, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    besides: tuple[str, ...] = ()
    """alarms that told and that the incident does not name"""
    chat: tuple[Said, ...] = ()
    chat_start: float = 0.0
    problems: tuple[str, ...] = ()
    """what the chat should have had and had not"""

    def as_json(self) -> dict[str, Any]:
        return {
            "notifications": [vars(one) | {"leaves": list(one.leaves)} for one in self.notifications],
            "suppressed": [vars(one) for one in self.suppressed],
            "notified_besides": list(self.besides),
            "chat": [said.as_json(self.chat_start) for said in self.chat],
        }


class Account:
    """Everything that was written down, to be asked incident by incident.

    Args:
        prefix: what all alarms' names of the service begin with.
        acted: moments at which an alarm's actions ran, by alarm.
    """

    def __init__(
        self,
        prefix: str,
        alarms: Mapping[str, Described],
        changes: Mapping[str, Sequence[Transition]],
        acted: Mapping[str, Sequence[float]],
        notifications: Iterable[Notification],
        said: Sequence[Said],
    ) -> None:
        self._prefix, self._alarms, self._changes, self._acted = prefix, alarms, changes, acted
        self._notifications = sorted((note for note in notifications if note.state == ALARM), key=lambda note: note.at)
        self._said = said

    def of(self, incident: Incident, start: float, *, with_chat: bool) -> Told:
        """``start`` is the script's minute 0."""
        begins, over = start + MINUTE * incident.begins, start + MINUTE * incident.recovered_by
        tellings = tuple(self._telling(note, begins) for note in self._notifications if begins <= note.at <= over)
        named = {*incident.notifies, *incident.may_notify}
        chat = tuple(said for said in self._said if begins <= said.since <= over)
        return Told(
            tellings,
            tuple(self._suppressed(begins, over)),
            tuple(dict.fromkeys(one.alarm for one in tellings if one.alarm not in named)),
            chat,
            begins,
            tuple(_chat_problems(incident, chat)) if with_chat else (),
        )

    def outside(self, script: Script, start: float) -> list[str]:
        """Alarms that told while the script ran and no incident was on."""
        spans = [(start + MINUTE * one.begins, start + MINUTE * one.recovered_by) for one in script.incidents]
        ours = [note for note in self._notifications if start <= note.at <= start + MINUTE * script.ends]
        found = [note for note in ours if not any(begins <= note.at <= over for begins, over in spans)]
        return list(dict.fromkeys(self._short(note.alarm) for note in found))

    def _telling(self, note: Notification, begins: float) -> Telling:
        alarm = self._alarms.get(note.alarm, Described(note.alarm))
        return Telling(
            self._short(note.alarm),
            bool(alarm.children),
            note.topic,
            round((note.at - begins) / MINUTE, 1),
            tuple(dict.fromkeys(self._short(leaf) for leaf in self._leaves(note.alarm, note.at))),
        )

    def _leaves(self, alarm: str, at: float) -> Iterator[str]:
        """The metric alarms below an alarm that were in alarm."""
        below = self._alarms.get(alarm, Described(alarm)).children
        if not below and self._in_alarm(alarm, at):
            yield alarm
        for child in below:
            yield from self._leaves(child, at)

    def _suppressed(self, begins: float, over: float) -> Iterator[Suppressed]:
        for alarm in self._alarms.values():
            if not alarm.tells:
                continue
            for start, end in _stays(self._changes.get(alarm.name, ())):
                if begins <= start <= over and not any(start <= at < end for at in self._acted.get(alarm.name, ())):
                    by = alarm.suppressor if self._in_alarm_between(alarm.suppressor, start, end) else ""
                    yield Suppressed(self._short(alarm.name), self._short(by))

    def _in_alarm(self, alarm: str, at: float) -> bool:
        return any(start <= at < end for start, end in _stays(self._changes.get(alarm, ())))

    def _in_alarm_between(self, alarm: str, start: float, end: float) -> bool:
        return any(begins < end and start < ends for begins, ends in _stays(self._changes.get(alarm, ())))

    def _short(self, alarm: str) -> str:
        return alarm.removeprefix(self._prefix)


def _stays(changes: Sequence[Transition]) -> Iterator[tuple[float, float]]:
    """The spans in which an alarm was in alarm; one that lasts has no end."""
    since: float | None = None
    for change in changes:
        if change.state == ALARM and since is None:
            since = change.at
        elif change.state != ALARM and since is not None:
            yield since, change.at
            since = None
    if since is not None:
        yield since, float("inf")


def _chat_problems(incident: Incident, chat: Sequence[Said]) -> Iterator[str]:
    """Each incident is announced once, with what to do, and resolved once."""
    if not incident.notifies:
        return
    for what, kinds in (("announced", BEGINS), ("resolved", ENDS)):
        times = sum(said.kind in kinds for said in chat)
        if times != 1:
            yield f"incident {incident.id} was {what} {times} times in the chat"
    for said in chat:
        if said.kind in BEGINS and not (said.first_action and said.picture):
            yield f"incident {incident.id}: its message has no {'picture' if said.first_action else 'first action'}"


def described(cloudwatch: Any) -> dict[str, Described]:
    """Every deployed alarm, by name."""
    found: dict[str, Described] = {}
    kinds = ["CompositeAlarm", "MetricAlarm"]
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=kinds):
        for one in (*page.get("CompositeAlarms", ()), *page.get("MetricAlarms", ())):
            name = one["AlarmName"]
            below = tuple(parse_rule(one["AlarmRule"]).names()) if "AlarmRule" in one else ()
            suppressor = alarm_name(one.get("ActionsSuppressor") or "")
            found[name] = Described(name, below, suppressor, bool(one.get("AlarmActions")))
    return found


def actions(cloudwatch: Any) -> dict[str, list[float]]:
    """When each alarm's actions ran."""
    found: dict[str, list[float]] = {}
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmTypes=["CompositeAlarm", "MetricAlarm"], HistoryItemType="Action", ScanBy="TimestampAscending"
    )
    for page in pages:
        for item in page["AlarmHistoryItems"]:
            if item["HistorySummary"].startswith("Successfully"):
                found.setdefault(item["AlarmName"], []).append(item["Timestamp"].timestamp())
    return found
