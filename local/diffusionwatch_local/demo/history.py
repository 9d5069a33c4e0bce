"""What the alarms did, from their own history."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from diffusionwatch_local.demo.inbox import Notification
from diffusionwatch_local.demo.incidents import Incident

ALARM, OK = "ALARM", "OK"


@dataclass(frozen=True)
class Transition:
    """An alarm came into ``state`` at ``at`` (seconds of the common clock)."""

    at: float
    state: str


@dataclass(frozen=True)
class Finding:
    """What became of one incident."""

    id: str
    found: bool
    """Each of its alarms went off while it lasted."""
    back_to_ok: bool
    """Each of them, and of those that notify, was OK when the incident was to be over."""
    notified_by: tuple[str, ...]
    """Alarms that told people of it, in the order of their messages."""
    detection_minutes: float | None
    """From its beginning to the first notification."""

    @property
    def holds(self) -> bool:
        return self.found and self.back_to_ok

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "found": self.found,
            "back_to_ok": self.back_to_ok,
            "notified_by": list(self.notified_by),
            "detection_minutes": self.detection_minutes,
        }


def transitions(cloudwatch: Any) -> dict[str, list[Transition]]:
    """The state changes of every alarm, oldest first; an alarm that never changed has an empty list."""
    found: dict[str, list[Transition]] = {}
    kinds = ["CompositeAlarm", "MetricAlarm"]
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=kinds):
        for alarm in [*page.get("CompositeAlarms", ()), *page.get("MetricAlarms", ())]:
            found[alarm["AlarmName"]] = []
    history = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmTypes=kinds, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
    )
    for page in history:
        for item in page["AlarmHistoryItems"]:
            state = json.loads(item["HistoryData"])["newState"]["stateValue"]
            found.setdefault(item["AlarmName"], []).append(Transition(item["Timestamp"].timestamp(), state))
    for changes in found.values():
        changes.sort(key=lambda change: change.at)
    return found


def judge(
    incident: Incident,
    start: float,
    prefix: str,
    changes: dict[str, list[Transition]],
    notifications: Iterable[Notification],
) -> Finding:
    """Holds one incident's promises against what the alarms did. ``start`` is the script's minute 0."""
    begins, over = start + 60 * incident.begins, start + 60 * incident.recovered_by
    told = [
        note
        for note in notifications
        if note.state == ALARM and begins <= note.at <= over and note.alarm.startswith(prefix)
    ]
    told.sort(key=lambda note: note.at)
    names = tuple(dict.fromkeys(note.alarm.removeprefix(prefix) for note in told))
    expected = (*incident.alarms, *incident.notifies)
    found = all(_went_off(changes.get(prefix + alarm, []), begins, over) for alarm in expected)
    return Finding(
        id=incident.id,
        found=found and set(incident.notifies) <= set(names),
        back_to_ok=all(_state_at(changes.get(prefix + alarm, []), over) == OK for alarm in expected),
        notified_by=names,
        detection_minutes=round((told[0].at - begins) / 60, 1) if told else None,
    )


def _went_off(changes: list[Transition], begins: float, over: float) -> bool:
    return any(change.state == ALARM and begins <= change.at <= over for change in changes)


def _state_at(changes: list[Transition], at: float) -> str:
    return next((change.state for change in reversed(changes) if change.at <= at), "")


def when(seconds: float) -> str:
    """
    >>> when(1_767_571_200.0)
    '2026-01-05T00:00:00Z'
    """
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
