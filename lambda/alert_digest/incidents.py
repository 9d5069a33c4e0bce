"""Incidents: what alarms of one service and cause make together, and what there is to say about it now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from .message import CHANGED, FIRING, PASSED, REMINDER, RESOLVED
from .policy import Policy


@dataclass(frozen=True)
class Heard:
    """One alarm's stretch that people are told: `since` its first exposed moment, `until` its end."""

    alarm: str
    id: str
    severity: str
    since: float
    until: float
    silenced: bool = False
    """a source is in alarm at this moment, so nothing new is said about it"""


@dataclass(frozen=True)
class Incident:
    """An incident that has been announced and is not over."""

    number: int
    since: float
    spoke_at: float
    told: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """All incidents of one service and cause: how many there were, the open one, when the closed ones were."""

    count: int = 0
    open: Incident | None = None
    closed: tuple[tuple[float, float, float], ...] = ()
    """begin, end, and the moment at which the end was told"""


@dataclass(frozen=True)
class News:
    """What is to be said: about which incident, and the stretches it is made of."""

    kind: str
    incident: Incident
    parts: tuple[Heard, ...]
    until: float = inf


def clusters(heard: Iterable[Heard], settle: float) -> Iterator[tuple[Heard, ...]]:
    """Stretches that follow each other within `settle` seconds are one incident."""
    current: list[Heard] = []
    end = -inf
    for part in sorted(heard, key=lambda part: (part.since, part.alarm)):
        if current and part.since > end + settle:
            yield tuple(current)
            current, end = [], -inf
        current.append(part)
        end = max(end, part.until)
    if current:
        yield tuple(current)


def news(group: Group, heard: Sequence[Heard], now: float, policy: Policy) -> tuple[Group, list[News]]:
    """What became due by `now`, and the group after it has been said."""
    said: list[News] = []
    begun = group.open
    mine = {part for part in heard if begun and part.alarm in begun.told and part.until >= begun.since}
    fresh = [part for part in heard if part in mine or not _covered(part, group.closed, policy.settle)]
    if begun and not mine:
        # What was announced never was: an end that came late lay before what was heard of it.
        said.append(News(RESOLVED, begun, (), now))
        group = replace(group, open=None)
    for parts in clusters(fresh, policy.settle):
        since, until = parts[0].since, max(part.until for part in parts)
        incident = group.open if group.open and until + policy.settle >= group.open.since else None
        over = now >= until + policy.settle
        if incident is None:
            # One that ended before it was told is told once, when it is certain that it does not return.
            if now < since + policy.wait or (until < inf and not over):
                continue
            group = replace(group, count=group.count + 1)
            incident = Incident(group.count, since, now)
            kind = PASSED if over else FIRING
        else:
            incident = replace(incident, since=min(since, incident.since))
            kind = RESOLVED if over else _progress(incident, parts, now, policy)
        if kind:
            # An end tells nobody anything new: who heard of the begin hears of it.
            incident = incident if kind == RESOLVED else _told(incident, parts, now)
            said.append(News(kind, incident, parts, until if over else inf))
        if not over:
            group = replace(group, open=incident)
        else:
            still_open = None if kind == RESOLVED else group.open  # one that is heard of late ends no other
            group = replace(group, open=still_open, closed=(*group.closed, (incident.since, until, now)))
    return group, said


def _covered(part: Heard, closed: Iterable[tuple[float, float, float]], settle: float) -> bool:
    """Whether a stretch belongs to an incident that was told to its end; one that outlasted it does not."""
    return any(part.until <= end and part.until + settle >= start for start, end, _ in closed)


def _progress(incident: Incident, parts: Sequence[Heard], now: float, policy: Policy) -> str:
    audible = [part for part in parts if not part.silenced and part.until == inf]
    if {part.severity for part in audible} - set(incident.severities):
        return CHANGED  # it became graver, or milder in a way that somebody else is told of
    if any(part.alarm not in incident.told for part in audible) and now >= incident.spoke_at + policy.interval:
        return CHANGED
    gravest = min((policy.remind.get(part.severity, inf) for part in audible), default=inf)
    return REMINDER if now >= incident.spoke_at + gravest else ""


def _told(incident: Incident, parts: Sequence[Heard], now: float) -> Incident:
    return replace(
        incident,
        spoke_at=now,
        told=tuple(dict.fromkeys((*incident.told, *(part.alarm for part in parts)))),
        severities=tuple(dict.fromkeys((*incident.severities, *(part.severity for part in parts)))),
    )
