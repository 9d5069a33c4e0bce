"""Alarms over given series, in virtual time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cloudwatch_simulator.alarms.alarm_set import AlarmSet
from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.alarms.rule import STATES
from cloudwatch_simulator.errors import ScenarioError, Unsupported, nearest
from cloudwatch_simulator.evaluation.engine import Advance, AlarmState, Engine, Transition
from cloudwatch_simulator.evaluation.sampling import Arrival, Data
from cloudwatch_simulator.evaluation.slots import DEFAULT_RANGE, Slots, lay_out
from cloudwatch_simulator.metrics import MetricId, parse_key
from cloudwatch_simulator.notation import Points
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.store import MetricStore

# A Monday, 00:00 UTC: any fixed moment will do, and this one makes the first day of a scenario the first of a week.
START = 1_767_571_200.0


def _listed(values: Iterable[float | None]) -> Any:
    return values if isinstance(values, np.ndarray) else list(values)


class Simulation:
    """Evaluates the alarms of a template over series of your own.

    >>> properties = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum", "Period": 60,
    ...     "EvaluationPeriods": 3, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"}
    >>> resource = {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
    >>> simulation = Simulation.from_template({"Resources": {"Many": resource}})
    >>> simulation.put("AWS/SQS/NumberOfMessagesSent", "0 3 9x3")
    >>> [change.new for change in simulation.run(minutes=5)]
    ['OK', 'ALARM']
    >>> simulation.states["Many"].reason[:53]
    'Threshold Crossed: 3 out of the last 3 datapoints [9.'
    """

    def __init__(
        self,
        alarms: AlarmSet,
        *,
        start: float = START,
        evaluation_range: int = DEFAULT_RANGE,
        store: MetricStore | None = None,
    ) -> None:
        self.alarms, self.start = alarms, start
        self.store = store or MetricStore()
        self.arrivals: dict[MetricId, Arrival] = {}
        self.transitions: list[Transition] = []
        self.history: list[Advance] = []
        self._engine = Engine(alarms, start, evaluation_range)
        self._refused: dict[str, Unsupported] = dict(alarms.refused)

    @classmethod
    def from_template(
        cls, template: Mapping[str, Any], resolve: Mapping[str, object] | None = None, **options: Any
    ) -> Simulation:
        """The alarms of a CloudFormation template."""
        return cls(AlarmSet.from_template(template, resolve), **options)

    @classmethod
    def from_properties(cls, alarms: Mapping[str, Mapping[str, Any]], **options: Any) -> Simulation:
        """Alarms given as ``{name: {"Type": …, "Properties": {…}}}``."""
        return cls(AlarmSet.from_properties(alarms), **options)

    @property
    def refused(self) -> Mapping[str, Unsupported]:
        """Alarms that cannot be evaluated, and why."""
        return self._refused

    def put(
        self,
        metric: MetricId | str,
        values: Iterable[float | None] | str,
        *,
        interval: int = 60,
        unit: str | None = None,
        begin: float | None = None,
        delay: float = 0.0,
    ) -> None:
        """One value an interval (seconds) from ``begin`` on, by default from the start; None is no report.

        A metric may be named as in a scenario, and values written in its shorthand: ``"12x60 _ [1,2,3]x5"``. A value is
        seen from the end of its interval on, or ``delay`` seconds later.
        """
        if isinstance(metric, str):
            metric, named = parse_key(metric)
            unit = unit or named
        # As floats, None is NaN.
        points = (
            Points.parse(values) if isinstance(values, str) else Points(np.array(_listed(values), dtype=np.float64))
        )
        points.fill(self.store, metric, self.start if begin is None else begin, interval, unit)
        self.arrivals[metric] = Arrival(interval, delay)

    def run(self, *, minutes: float = 0.0, until: float | None = None) -> list[Transition]:
        """Evaluates so many minutes further, or until a moment; what changed."""
        upto = self._engine.now + minutes * 60 if until is None else until
        done = self._engine.advance(Data(self.store, self.arrivals), upto)
        self._refused.update(done.refused)
        self.transitions.extend(done.transitions)
        self.history.append(done)
        return done.transitions

    @property
    def states(self) -> Mapping[str, AlarmState]:
        """The state of each alarm that can be evaluated."""
        return {name: state for name, state in self._engine.states.items() if name not in self._refused}

    def state_at(self, alarm: str, at: float) -> str:
        """The state at a moment (seconds since the epoch); raises ``Unsupported`` for an alarm that was refused."""
        self.known(alarm)
        state = "INSUFFICIENT_DATA"
        for done in self.history:
            place = int(np.searchsorted(done.ticks, at, side="right")) - 1
            if place >= 0:
                state = STATES[int(done.states[alarm][place])]
        return state

    def held(self, alarm: str, state: str, first: float, last: float) -> float | None:
        """The first moment in ``[first, last]`` at which an alarm is in a state."""
        self.known(alarm)
        if self.state_at(alarm, first) == state:
            return first
        for done in self.history:
            inside = (done.ticks >= first) & (done.ticks <= last) & (done.states[alarm] == STATES.index(state))
            if inside.any():
                return float(done.ticks[int(np.argmax(inside))])
        return None

    def slots(self, alarm: str, ticks: Floats) -> Slots:
        """The datapoints that a metric alarm looks at, at some evaluations."""
        self.known(alarm)
        found = self.alarms.alarms[alarm]
        if not isinstance(found, MetricAlarm):
            raise ScenarioError(f"{alarm} is a composite alarm: it looks at alarms, not at datapoints")
        return lay_out(found, Data(self.store, self.arrivals), ticks, self._engine.evaluation_range)

    def known(self, alarm: str) -> None:
        """Raises ``Unsupported`` for an alarm that was refused, ``ScenarioError`` for one that is not there."""
        if alarm in self._refused:
            raise self._refused[alarm]
        if alarm not in self.alarms.alarms:
            raise ScenarioError(f"there is no alarm {alarm!r}{nearest(alarm, self.alarms.alarms)}")
