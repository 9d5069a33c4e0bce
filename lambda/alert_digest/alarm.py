"""What is known of one alarm, whatever order its events came in.

Each event says two facts: what the alarm is since when, and what it was before. Facts are a set, so an event that
comes twice, late or not at all changes nothing that its neighbours have told already. Everything else is derived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from .event import ALARM, INSUFFICIENT_DATA, OK, AlarmEvent


@dataclass(frozen=True, order=True)
class Fact:
    """From `at` on the alarm was in `state`."""

    at: float
    state: str
    muted: bool = False
    seen: float = 0.0
    """the moment of the step that knew it first"""


@dataclass(frozen=True)
class Episode:
    """One stay in alarm. `end` is infinite while it lasts.

    INSUFFICIENT_DATA after ALARM goes on with it: silence is not health.
    """

    alarm: str
    start: float
    end: float = inf
    muted: bool = False
    known: float = inf
    """the moment of the step that knew its end first"""

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
                yield Episode(self.name, start.at, fact.at, start.muted, fact.seen)
                start = None
        if start:
            yield Episode(self.name, start.at, muted=start.muted)

    def seen_at(self, now: float) -> Alarm:
        """With a moment on each fact that has none yet."""
        if all(fact.seen for fact in self.facts):
            return self
        return replace(self, facts=tuple(fact if fact.seen else replace(fact, seen=now) for fact in self.facts))

    def without(self, horizon: float) -> Alarm:
        """Without what has been over, and known to be over, since before `horizon`; its last state stays known.

        What matters is when a fact was heard of: events of long ago may come once more shortly after they came first.
        """
        kept = 0
        for number, fact in enumerate(self.facts):
            if fact.seen >= horizon:
                break
            if fact.state == OK:
                kept = number
        facts = self.facts[kept:]
        return Alarm(self.name, facts) if len(facts) == 1 and facts[0].state == OK else replace(self, facts=facts)


def _merged(facts: tuple[Fact, ...], seen: set[Fact]) -> tuple[Fact, ...]:
    by_time = {(fact.at, fact.state): fact for fact in facts}
    for fact in seen:
        known = by_time.get((fact.at, fact.state), fact)
        by_time[fact.at, fact.state] = replace(known, muted=fact.muted or known.muted)
    return tuple(sorted(by_time.values()))
