"""The core: `step(state, event, policy)` and `step(state, now, policy)`, both pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from . import rules
from .alarm import Alarm, Episode
from .compose import Known, composed
from .event import AlarmEvent
from .incidents import Group, Heard, news
from .inhibition import heard
from .message import Message
from .outlets import dispatch
from .policy import Policy
from .state import State


def step(state: State, what: AlarmEvent | float, policy: Policy) -> tuple[State, list[Message]]:
    """The state after an event, or at a moment, and the messages that became due. An event alone makes none due.

    >>> from .event import AlarmEvent
    >>> policy = Policy("prod", ("image-api",))
    >>> fired = AlarmEvent("prod-image-api-backlog", "arn", "ALARM", 0.0, "OK", -3600.0)
    >>> state, none = step(State(), fired, policy)
    >>> state, messages = step(state, 60.0, policy)
    >>> [(message.kind, message.incident) for message in messages]
    [('firing', 'image-api capacity 1')]
    """
    return (observe(state, what), []) if isinstance(what, AlarmEvent) else _tick(state, what, policy)


def observe(state: State, event: AlarmEvent) -> State:
    """The state, an event wiser."""
    alarm = state.alarms.get(event.alarm, Alarm(event.alarm))
    return replace(state, alarms={**state.alarms, event.alarm: alarm.observe(event)})


def _tick(state: State, now: float, policy: Policy) -> tuple[State, list[Message]]:
    before, messages = state, []
    state = replace(state, alarms={name: alarm.seen_at(now) for name, alarm in state.alarms.items()})
    groups = dict(state.groups)
    since = state.at - policy.horizon
    for service, known in _services(state, policy).items():
        for cause, told in sorted(_by_cause(known, policy).items()):
            key = f"{service} {cause}"
            group = groups.get(key, Group())
            groups[key], said = news(group, _heard(known, told, group, since, now, policy), now, policy)
            messages += [composed(each, service, cause, known, now, policy) for each in said]
    state = _pruned(replace(state, groups=groups), now, policy)
    state = dispatch(state, messages, now, policy)
    return before if state == before else replace(state, at=now), messages


def open_groups(state: State, policy: Policy) -> tuple[dict[tuple[str, str], frozenset[str]], frozenset[str]]:
    """What is in alarm: ids by service and cause of those that may be told, and the names of those that are silenced.

    >>> fired = AlarmEvent("prod-image-api-backlog", "arn", "ALARM", 0.0)
    >>> open_groups(observe(State(), fired), Policy("prod", ("image-api",)))
    ({('image-api', 'capacity'): frozenset({'backlog'})}, frozenset())
    """
    audible: dict[tuple[str, str], set[str]] = defaultdict(set)
    silenced = set()
    for service, known in _services(state, policy).items():
        for cause, told in _by_cause(known, policy).items():
            for alarm_id in told:
                alarm, episodes = known[alarm_id]
                if not any(episode.open for episode in episodes):
                    continue
                if _hushed(alarm_id, known):
                    silenced.add(alarm.name)
                else:
                    audible[service, cause].add(alarm_id)
    return {key: frozenset(ids) for key, ids in audible.items()}, frozenset(silenced)


def _services(state: State, policy: Policy) -> dict[str, Known]:
    services: dict[str, dict[str, tuple[Alarm, Sequence[Episode]]]] = defaultdict(dict)
    for alarm in state.alarms.values():
        if where := policy.identify(alarm.name):
            services[where[0]][where[1]] = alarm, tuple(alarm.episodes())
    return dict(sorted(services.items()))


def _hushed(alarm_id: str, known: Known) -> bool:
    """Whether a source of an alarm is in alarm now."""
    return any(episode.open for source in rules.sources_of(alarm_id) if source in known for episode in known[source][1])


def _by_cause(known: Known, policy: Policy) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for alarm_id in known:
        if policy.severity(alarm_id) in rules.TOLD:
            found[rules.cause(alarm_id)].append(alarm_id)
    return found


def _heard(known: Known, told: Sequence[str], group: Group, since: float, now: float, policy: Policy) -> list[Heard]:
    """What may be told of a group: all episodes but those known to be over before `since`, which have been."""
    found = []
    for alarm_id in told:
        alarm, episodes = known[alarm_id]
        sources = [episode for source in rules.sources_of(alarm_id) if source in known for episode in known[source][1]]
        hushed = _hushed(alarm_id, known)
        for episode in episodes:
            begun = group.open
            announced = begun and alarm.name in begun.told and episode.end >= begun.since
            if episode.known < since and not announced:
                continue
            stretch = heard(episode, sources, now=now, wait=policy.wait, extension=policy.extension)
            if begun and announced:
                # Its end is told too, whatever silences it since.
                stretch = (stretch or (max(episode.start, begun.since),))[0], episode.end
            if stretch:
                severity = policy.severity(alarm_id)
                found.append(Heard(alarm.name, alarm_id, severity, *stretch, silenced=hushed and episode.open))
    return found


def _pruned(state: State, now: float, policy: Policy) -> State:
    """Without what has been told so long ago that no event of it can still come.

    Twice the time for which anything is said about an episode: what silenced or told it must not be forgotten first.
    """
    horizon = now - 2 * policy.horizon
    return replace(
        state,
        alarms={name: alarm.without(horizon) for name, alarm in state.alarms.items()},
        groups={
            key: replace(group, closed=tuple(span for span in group.closed if span[2] >= horizon))
            for key, group in state.groups.items()
        },
    )
