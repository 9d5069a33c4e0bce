"""From news to a message: which alarms, what is behind them, and what is not told because of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from . import rules
from .alarm import Alarm, Episode
from .incidents import News
from .message import Line, Message
from .policy import Policy

Known = Mapping[str, tuple[Alarm, Sequence[Episode]]]
"""Of one service: alarm id to the alarm and its stays in alarm."""


def composed(said: News, service: str, cause: str, known: Known, now: float, policy: Policy) -> Message:
    """The message for a piece of news."""
    incident = said.incident
    lines = {part.id: _line(part.id, known, policy, part.since, part.until) for part in said.parts}
    # What has been announced comes first: a headline of an end repeats one of a begin.
    gravest = sorted(
        lines.values(),
        key=lambda line: (line.name not in incident.told, rules.TOLD.index(line.severity), line.since, line.id),
    )
    evidence = _evidence(said, lines, known, policy)
    return Message(
        said.kind,
        f"{service} {cause} {incident.number}",
        service,
        cause,
        incident.severities,
        since=incident.since,
        at=now,
        until=said.until,
        lines=tuple(gravest),
        evidence=evidence,
        silenced=_silenced(lines, evidence, known, policy),
    )


def _evidence(said: News, lines: Mapping[str, Line], known: Known, policy: Policy) -> tuple[Line, ...]:
    """The leaves behind a composite: it has no number of its own, they have."""
    children = dict.fromkeys(child for part in said.parts for child in known[part.id][0].children)
    places = [policy.identify(child) for child in children]
    return tuple(
        _line(place[1], known, policy, episode.start, episode.end)
        for place in places
        if place and place[1] in known and place[1] not in lines
        for episode in known[place[1]][1][-1:]
        if episode.end >= said.incident.since
    )


def _line(alarm_id: str, known: Known, policy: Policy, since: float, until: float) -> Line:
    alarm = known[alarm_id][0]
    severity = policy.severity(alarm_id)
    return Line(alarm_id, alarm.name, severity, since, until, alarm.arn, alarm.description, alarm.number)


def _silenced(lines: Mapping[str, Line], evidence: Sequence[Line], known: Known, policy: Policy) -> tuple[str, ...]:
    """The alarms that are in alarm and not told because of those of a message."""
    here = {*lines, *(line.id for line in evidence if line.until == inf)}
    return tuple(
        alarm_id
        for alarm_id, (_, episodes) in sorted(known.items())
        if policy.severity(alarm_id) in rules.TOLD
        and any(episode.open for episode in episodes)
        and here & set(rules.sources_of(alarm_id))
    )
