"""Alarms evaluated step by step, as time passes."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.evaluation.engine import AlarmState, Engine, Transition
from cloudwatch_simulator.evaluation.sampling import Data
from cloudwatch_simulator.evaluation.slots import DEFAULT_RANGE
from cloudwatch_simulator.store import MetricStore


class LiveEvaluation:
    """Evaluates alarms on a store that somebody else fills.

    >>> live = LiveEvaluation(AlarmSet(), MetricStore(), now=0.0)
    >>> live.step(60.0)
    []

    ``step`` may be called at any pace: what fell due since the last call is evaluated then, each at its own minute.
    An alarm whose evaluation turns out to be unsupported keeps its state and stands in ``refused``.
    """

    def __init__(self, alarms: AlarmSet, store: MetricStore, now: float, evaluation_range: int = DEFAULT_RANGE) -> None:
        self._engine = Engine(alarms, now, evaluation_range)
        self._store = store
        self._lock = threading.RLock()
        self.refused: dict[str, Unsupported] = dict(alarms.refused)

    @property
    def alarms(self) -> AlarmSet:
        return self._engine.alarms

    @property
    def states(self) -> Mapping[str, AlarmState]:
        """The state of each alarm, by name."""
        with self._lock:
            return dict(self._engine.states)

    def replace(self, alarms: AlarmSet) -> None:
        """Other alarms from now on; those of the same name keep their state."""
        with self._lock:
            self._engine.replace(alarms)
            self.refused = dict(alarms.refused)

    def step(self, now: float) -> list[Transition]:
        """Evaluates what is due up to ``now`` (seconds since the epoch); what changed, oldest first."""
        with self._lock:
            done = self._engine.advance(Data(self._store), now)
            self.refused = {**self.alarms.refused, **done.refused}
            return done.transitions

    def set_state(self, name: str, state: str, reason: str, now: float) -> list[Transition]:
        """SetAlarmState, with the composites that follow from it; the next evaluation may take it back."""
        with self._lock:
            return self._engine.set_state(name, state, reason, now)
