"""The values of an alarm's metrics and expressions over windows of time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cloudwatch_simulator.alarms.model import MetricQuery
from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.metric_math.evaluate import evaluate, result
from cloudwatch_simulator.metric_math.search import search
from cloudwatch_simulator.metric_math.values import Frame, SeriesArray, TimeSeries, Value
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.store import MetricStore

GIVEN = "given"
"""The namespace under which a file's given series are kept."""


# Alarms that share a metric stand near each other; more would only hold memory, a megabyte each over 90 days.
_KEPT = 128


@dataclass(frozen=True)
class Windows:
    """``[start, end)`` for each point, in any shape; ``now`` is when each is looked at, where that matters.

    ``step`` is the time between one evaluation and the next.
    """

    starts: Floats
    ends: Floats
    key: Hashable = None
    now: Floats | None = None
    step: int = 60


@dataclass(frozen=True)
class Arrival:
    """When reports are seen: each covers ``interval`` seconds and comes ``delay`` seconds after the end of them."""

    interval: float
    delay: float = 0.0

    def lag(self, step: int) -> float:
        """How long after its time a report is seen, or 0 where every evaluation, ``step`` apart, finds it in place."""
        return 0.0 if not self.delay and step % self.interval == 0 else self.interval + self.delay


@dataclass
class Data:
    """What alarms are evaluated on: a store, and how late the reports of a metric are seen."""

    store: MetricStore
    arrivals: Mapping[MetricId, Arrival] = field(default_factory=dict)
    cache: dict[Hashable, Floats] = field(default_factory=dict)

    def lag(self, metric: MetricId | None, step: int) -> float:
        arrival = self.arrivals.get(metric) if metric else None
        return arrival.lag(step) if arrival else 0.0

    def values(self, metric: MetricId, stat: str, unit: str | None, windows: Windows) -> Floats:
        lag = self.lag(metric, windows.step) if windows.now is not None else 0.0
        key = None if windows.key is None or lag else (metric, stat, unit, windows.key)
        if key in self.cache:
            return self.cache[key]
        ends = windows.ends
        if lag and windows.now is not None:
            # A report at time s is seen from s + lag on; half a second tells "at" from "after".
            ends = np.maximum(np.minimum(ends, windows.now - lag + 0.5), windows.starts)
        flat = self.store.windows(metric, stat, windows.starts.ravel(), ends.ravel(), unit)
        values = flat.reshape(windows.starts.shape)
        if key is not None:
            if len(self.cache) >= _KEPT:
                self.cache.clear()
            self.cache[key] = values
        return values


class QueryInputs:
    """The entries of one alarm, or of one GetMetricData call, as inputs of metric math."""

    def __init__(self, queries: tuple[MetricQuery, ...], data: Data, windows: Windows, default_period: int) -> None:
        self._queries = {query.id: query for query in queries}
        self._data, self._windows, self._period = data, windows, default_period
        self._known: dict[str, Value] = {}
        self._open: list[str] = []

    def lookup(self, name: str, frame: Frame) -> Value | None:
        query = self._queries.get(name)
        if query is None:
            return None
        if name in self._open:
            raise ScenarioError(f"the expression {name} depends on itself")
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self._value(query, frame)
            self._open.pop()
        return self._known[name]

    def _value(self, query: MetricQuery, frame: Frame) -> Value:
        if query.metric is not None:
            return self._metric(query, frame)
        assert query.expression is not None
        if query.expression.lstrip().upper().startswith("SELECT "):
            from cloudwatch_simulator.insights import select

            return select(query.expression, self._data.store.metrics(), self._unitless, frame)
        if frame.alarm and len(query.expression) > 2048:
            raise Unsupported("Expression", f"{query.id} holds more than 2,048 characters")
        return result(evaluate(query.expression, self, frame), query.expression, frame)

    def _metric(self, query: MetricQuery, frame: Frame) -> TimeSeries:
        assert query.metric is not None
        store = self._data.store
        if frame.alarm and query.unit is None and len(store.units(query.metric)) > 1:
            units = " and ".join(store.units(query.metric))
            raise Unsupported(
                "Unit",
                f"{query.metric} is reported in {units} and the alarm names none; "
                "CloudWatch calls the outcome undefined",
            )
        points = self._data.values(query.metric, query.stat, query.unit, self._windows)
        return TimeSeries(points, query.label or query.metric.name, query.period or self._period)

    def _unitless(self, metric: MetricId, stat: str) -> Floats:
        return self._data.values(metric, stat, None, self._windows)

    def metrics(self, frame: Frame) -> list[tuple[str, TimeSeries]]:
        found = []
        for query in self._queries.values():
            if query.metric is not None:
                value = self.lookup(query.id, frame)
                assert isinstance(value, TimeSeries)
                found.append((query.id, value))
        return found

    def given(self, expression: str, frame: Frame) -> Value | None:
        known = self._data.store.units
        if known(MetricId(GIVEN, expression)):
            return self._given(expression)
        if known(MetricId(GIVEN, f"{expression} lower")) or known(MetricId(GIVEN, f"{expression} upper")):
            return SeriesArray((self._given(f"{expression} lower"), self._given(f"{expression} upper")))
        return None

    def _given(self, name: str) -> TimeSeries:
        return TimeSeries(self._data.values(MetricId(GIVEN, name), "Average", None, self._windows), name)

    def search(self, expression: str, stat: str, period: int | None, frame: Frame) -> SeriesArray:
        if frame.alarm:
            raise Unsupported("SEARCH", "CloudWatch does not take it in an alarm")
        found = search(expression, self._data.store.metrics())
        return SeriesArray(
            tuple(
                TimeSeries(self._data.values(metric, stat, None, self._windows), label, metric=metric)
                for metric, label in found
            )
        )
