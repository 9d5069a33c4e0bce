"""What is known of one alarm, whatever order its events came in.

Each event says two facts: what the alarm is since when, and what it was before. Facts are a set, so an event that
comes twice, late or not at all changes nothing that its neighbours have told already. Everything else is derived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from .event import ALARM, INSUFFICIENT_DATA, AlarmEvent


@dataclass(frozen=True, order=True)
class Fact:
    """From `at` on the alarm was in `state`."""

    at: float
    state: str
    muted: bool = False


@dataclass(frozen=True)
class Episode:
    """One stay in alarm. `end` is infinite while it lasts.

    INSUFFICIENT_DATA after ALARM goes on with it: silence is not health.
    """

    alarm: str
    start: float
    end: float = inf
    muted: bool = False

    @property
    def open(self) -> bool:
        return self.end == inf


@dataclass(frozen=True)
class Alarm:
    """One alarm: its facts in order, and what the newest event that found it in ALARM said."""

    name: str
    facts: tuple[Fact, ...] = ()
    arn: str = ""
    description: str = ""
    number: str = ""
    reason: str = ""
    children: tuple[str, ...] = ()
    told_at: float = 0.0
    """of the event from which the texts are"""

    def observe(self, event: AlarmEvent) -> Alarm:
        """The alarm, an event wiser."""
        seen = {Fact(event.at, event.state, event.muted)}
        if event.previous and event.previous_at < event.at:
            seen.add(Fact(event.previous_at, event.previous))
        known = replace(self, facts=_merged(self.facts, seen))
        if self.description and (event.state != ALARM or event.at < self.told_at):
            return known
        return replace(
            known,
            arn=event.arn,
            description=event.description,
            number=event.number,
            reason=event.reason,
            children=event.children,
            told_at=event.at if event.state == ALARM else 0.0,
        )

    def episodes(self) -> Iterator[Episode]:
        """Its stays in alarm, oldest first."""
        start: Fact | None = None
        for fact in self.facts:
            if fact.state == ALARM:
                start = start or fact
            elif start and fact.state != INSUFFICIENT_DATA:
                yield Episode(self.name, start.at, fact.at, start.muted)
                start = None
        if start:
            yield Episode(self.name, start.at, muted=start.muted)

    def since(self, horizon: float) -> Alarm:
        """Without the episodes that were over before `horizon`; the state it was in then stays known."""
        old = [episode.end for episode in self.episodes() if episode.end < horizon]
        return replace(self, facts=tuple(fact for fact in self.facts if fact.at >= old[-1])) if old else self


def _merged(facts: tuple[Fact, ...], seen: set[Fact]) -> tuple[Fact, ...]:
    by_time = {(fact.at, fact.state): fact for fact in facts}
    for fact in seen:
        known = by_time.get((fact.at, fact.state))
        by_time[fact.at, fact.state] = replace(fact, muted=fact.muted or bool(known and known.muted))
    return tuple(sorted(by_time.values()))
