"""Brings a set of alarms from one moment to another: one engine for a whole scenario and for one live step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.alarms.model import Alarm, CompositeAlarm, MetricAlarm
from cloudwatch_simulator.alarms.rule import ALARM, CODE, INSUFFICIENT_DATA, OK, STATES, Codes
from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.evaluation.actions import Announced, silenced, told
from cloudwatch_simulator.evaluation.metric_alarm import Memory, evaluate_metric_alarm
from cloudwatch_simulator.evaluation.reasons import composite_reason, reason
from cloudwatch_simulator.evaluation.sampling import Data
from cloudwatch_simulator.evaluation.slots import DEFAULT_RANGE, Slots
from cloudwatch_simulator.series import Floats

UNCHECKED = "Unchecked: Initial alarm creation"


Why = str | Callable[[], str]
"""A reason, or what finds it: most reasons of a long run are never read."""


@dataclass(frozen=True)
class AlarmState:
    """An alarm's state, why it has it, and since when (seconds since the epoch)."""

    state: str
    why: Why = field(repr=False, compare=False)
    since: float

    @cached_property
    def reason(self) -> str:
        return self.why if isinstance(self.why, str) else self.why()


@dataclass(frozen=True)
class Transition:
    """A change of state, or (``old == new``) the late actions of an earlier one.

    ``reason`` says why in CloudWatch's manner; ``actions`` are the ARNs that run.
    """

    alarm: str
    at: float
    old: str
    new: str
    why: Why = field(repr=False, compare=False)
    actions: tuple[str, ...] = ()

    @cached_property
    def reason(self) -> str:
        return self.why if isinstance(self.why, str) else self.why()


@dataclass
class Advance:
    """What happened between two moments: the states of every alarm on one grid of ticks, and the changes."""

    ticks: Floats
    states: dict[str, Codes]
    transitions: list[Transition]
    seen: dict[str, Slots] = field(default_factory=dict)
    """What a metric alarm saw at each of its changes."""
    refused: dict[str, Unsupported] = field(default_factory=dict)


class Engine:
    """Alarms with their states. ``now`` is the moment up to which they are evaluated."""

    def __init__(self, alarms: AlarmSet, now: float, evaluation_range: int = DEFAULT_RANGE) -> None:
        self.alarms = AlarmSet()
        self.now = now
        self.evaluation_range = evaluation_range
        self.states: dict[str, AlarmState] = {}
        self._memories: dict[str, Memory] = {}
        self._announced: dict[str, Announced] = {}
        self.replace(alarms)

    def replace(self, alarms: AlarmSet) -> None:
        """Other alarms; those that keep their name keep their state."""
        self.alarms = alarms
        for gone in [name for name in self.states if name not in alarms.alarms]:
            del self.states[gone], self._memories[gone], self._announced[gone]
        for name in alarms.alarms:
            self.states.setdefault(name, AlarmState(INSUFFICIENT_DATA, UNCHECKED, self.now))
            self._memories.setdefault(name, Memory(self.now))
            self._announced.setdefault(name, Announced())

    def set_state(self, name: str, state: str, why: str, now: float) -> list[Transition]:
        """SetAlarmState: the state holds until the next evaluation says otherwise."""
        if name not in self.states:
            raise ScenarioError(f"there is no alarm {name}")
        if state not in STATES:
            raise ScenarioError(f"{state!r} is no state; allowed: {', '.join(STATES)}")
        ticks = np.array([now])
        before = {other: CODE[found.state] for other, found in self.states.items()}
        grid = {other: np.array([code], dtype=np.int8) for other, code in before.items()}
        grid[name] = np.array([CODE[state]], dtype=np.int8)
        self._memories[name].code = CODE[state]
        self._composites(ticks, grid, before, fixed=name)
        return self._changes(Advance(ticks, grid, []), before, {name: why})

    def advance(self, data: Data, upto: float) -> Advance:
        """Evaluates everything due after ``now`` and up to ``upto``."""
        metric = [alarm for alarm in self.alarms.alarms.values() if isinstance(alarm, MetricAlarm)]
        ticks = _ticks(self.now, upto, min([60, *(alarm.cadence for alarm in metric)]))
        done = Advance(ticks, {}, [])
        self.now = max(self.now, upto)
        if not len(ticks):
            return done
        before = {name: CODE[state.state] for name, state in self.states.items()}
        for name, alarm in self.alarms.alarms.items():
            if isinstance(alarm, MetricAlarm):
                self._metric(name, alarm, data, done, before[name])
        self._composites(ticks, done.states, before)
        if done.refused:
            self._refuse_above(done.refused)
        done.transitions = self._changes(done, before, {})
        return done

    def _metric(self, name: str, alarm: MetricAlarm, data: Data, done: Advance, before: int) -> None:
        memory = self._memories[name]
        due = done.ticks[done.ticks % alarm.cadence == 0]
        states = np.full(len(done.ticks), before, dtype=np.int8)
        if len(due):
            try:
                found = evaluate_metric_alarm(alarm, data, due, memory, self.evaluation_range)
            except (Unsupported, ScenarioError) as error:
                done.refused[name] = error if isinstance(error, Unsupported) else Unsupported(name, error.message)
            else:
                newest = np.searchsorted(due, done.ticks, side="right") - 1 if len(due) < len(states) else None
                states = (
                    found.states
                    if newest is None
                    else (np.where(newest < 0, before, found.states[np.maximum(newest, 0)]).astype(np.int8))
                )
                changed = _changed(states, before)
                done.seen[name] = found.slots.rows(changed if newest is None else newest[changed])
        done.states[name] = states

    def _composites(
        self, ticks: Floats, states: dict[str, Codes], before: Mapping[str, int], fixed: str | None = None
    ) -> None:
        """Composite alarms come in an order in which children are done first."""
        for name, alarm in self.alarms.alarms.items():
            if isinstance(alarm, CompositeAlarm) and name != fixed:
                holds = alarm.rule.holds(states, ticks.shape)
                states[name] = np.where(holds, CODE[ALARM], CODE[OK]).astype(np.int8)

    def _refuse_above(self, refused: dict[str, Unsupported]) -> None:
        """A composite alarm cannot be trusted while one that it looks at cannot be evaluated."""
        for name, alarm in self.alarms.alarms.items():
            if isinstance(alarm, CompositeAlarm):
                looks_at = [*alarm.rule.names(), *([alarm.suppressor] if alarm.suppressor else [])]
                lost = next((child for child in looks_at if child in refused), None)
                if lost is not None:
                    refused[name] = Unsupported(refused[lost].construct, f"{lost} is refused: {refused[lost].why}")

    def _changes(self, done: Advance, before: Mapping[str, int], given: Mapping[str, str]) -> list[Transition]:
        muted = {name: rule.active(done.ticks) for name, rule in self.alarms.mutes.items()}
        made: list[Transition] = []
        for name, alarm in self.alarms.alarms.items():
            states = done.states[name]
            quiet = None
            if isinstance(alarm, CompositeAlarm) and alarm.suppressor:
                quiet = silenced(
                    alarm,
                    done.ticks,
                    states,
                    before[name],
                    done.states[alarm.suppressor],
                    before[alarm.suppressor],
                    self._announced[name],
                )
            for mute, active in muted.items():
                if name in self.alarms.mutes[mute].alarms:
                    quiet = active if quiet is None else quiet | active
            run = set(told(states, before[name], quiet, self._announced[name]))
            made += self._transitions(name, done, before, run, given.get(name))
        made.sort(key=lambda transition: transition.at)
        return made

    def _transitions(
        self, name: str, done: Advance, before: Mapping[str, int], run: set[int], given: str | None
    ) -> Iterator[Transition]:
        alarm, states = self.alarms.alarms[name], done.states[name]
        previous = np.concatenate(([before[name]], states[:-1]))
        changed = _changed(states, before[name])
        reasons = iter(self._reasons(alarm, done, before, changed) if given is None else [given] * len(changed))
        for place in sorted({*changed.tolist(), *run}):
            old, new, at = STATES[previous[place]], STATES[states[place]], float(done.ticks[place])
            if old != new:
                self.states[name] = AlarmState(new, next(reasons), at)
            yield Transition(name, at, old, new, self.states[name].why, alarm.actions.at(new) if place in run else ())

    def _reasons(
        self, alarm: Alarm, done: Advance, before: Mapping[str, int], changed: npt.NDArray[np.intp]
    ) -> Iterator[Why]:
        states, ticks = done.states[alarm.name], done.ticks
        if isinstance(alarm, CompositeAlarm):
            children = {child: (before[child], done.states[child]) for child in alarm.rule.names()}
            for place in changed:
                causes = [
                    (child, STATES[codes[place]])
                    for child, (first, codes) in children.items()
                    if codes[place] != (codes[place - 1] if place else first)
                ]
                yield partial(composite_reason, causes, float(ticks[place]))
            return
        for row, place in enumerate(changed):
            old = STATES[states[place - 1] if place else before[alarm.name]]
            yield partial(reason, alarm, done.seen[alarm.name], row, old, STATES[states[place]])


def _changed(states: Codes, before: int) -> npt.NDArray[np.intp]:
    """The places at which a state differs from the one before it."""
    return np.flatnonzero(states != np.concatenate(([before], states[:-1])))


def _ticks(after: float, upto: float, step: int) -> Floats:
    """Whole multiples of ``step`` in ``(after, upto]``."""
    first = (np.floor(after / step) + 1) * step
    return np.arange(first, np.floor(upto / step) * step + step / 2, step)
