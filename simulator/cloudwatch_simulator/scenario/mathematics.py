"""Checks the ``math`` cases of a scenario."""

from __future__ import annotations

import numpy as np

from cloudwatch_simulator.alarms.model import MetricQuery
from cloudwatch_simulator.errors import ScenarioError, Unsupported
from cloudwatch_simulator.evaluation.sampling import Data, QueryInputs, Windows
from cloudwatch_simulator.metric_math.evaluate import evaluate
from cloudwatch_simulator.metric_math.values import Frame, Scalar, SeriesArray, TimeSeries, Value, kind
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.notation import written
from cloudwatch_simulator.scenario.model import Expectation, Scenario
from cloudwatch_simulator.scenario.result import Result
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.store import MetricStore


def check_math(promise: Expectation, scenario: Scenario) -> Result:
    """Evaluates the expression over its own inputs, one point an interval."""
    wanted: list[Floats] = promise.wanted
    expected = [written(row) for row in wanted]
    try:
        rows = _rows(promise, scenario, max((len(row) for row in wanted), default=0))
    except (Unsupported, ScenarioError) as error:
        return Result.unsupported(scenario.file, promise, str(error), _alone(expected))
    ok = len(rows) == len(wanted) and all(_same(one, other) for one, other in zip(rows, wanted, strict=True))
    return Result.of(
        scenario.file,
        promise,
        _alone(expected),
        _alone([written(row) for row in rows]),
        ok,
        "" if ok else _difference(rows, wanted),
    )


def _rows(promise: Expectation, scenario: Scenario, least: int) -> list[Floats]:
    assert promise.expression is not None
    store = MetricStore()
    length = max([least, *(len(points.values) for points in promise.inputs.values())])
    queries = []
    for name, points in promise.inputs.items():
        metric = MetricId("math", name)
        points.fill(store, metric, scenario.start, scenario.interval, None)
        queries.append(MetricQuery(name, metric, period=scenario.interval))
    for series in scenario.series:
        series.points.fill(store, series.metric, scenario.start, series.interval, series.unit)
    starts = scenario.start + scenario.interval * np.arange(length, dtype=np.float64)
    frame = Frame(starts, scenario.interval)
    inputs = QueryInputs(tuple(queries), Data(store), Windows(starts, starts + scenario.interval), scenario.interval)
    return _shaped(evaluate(promise.expression, inputs, frame), frame, least)


def _shaped(value: Value, frame: Frame, least: int) -> list[Floats]:
    if isinstance(value, TimeSeries):
        return [frame.full(value.points)]
    if isinstance(value, SeriesArray):
        return [frame.full(item.points) for item in value.items]
    if isinstance(value, Scalar):
        # A number, where a case asks for a row, is that number in each place.
        return [np.full(max(least, 1), value.value.reshape(-1)[0])]
    raise ScenarioError(f"the expression gives {kind(value)}, not numbers")


def _same(one: Floats, other: Floats) -> bool:
    return len(one) == len(other) and bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))


def _alone(rows: list[str]) -> str | list[str]:
    return rows[0] if len(rows) == 1 else rows


def _difference(rows: list[Floats], wanted: list[Floats]) -> str:
    if len(rows) != len(wanted):
        return f"{len(rows)} time series, {len(wanted)} expected"
    for row, other in zip(rows, wanted, strict=True):
        if len(row) != len(other):
            return f"{len(row)} points, {len(other)} expected"
        for place, (one, two) in enumerate(zip(row.tolist(), other.tolist(), strict=True)):
            if not _same(np.array([one]), np.array([two])):
                return f"point {place + 1} is {written(np.array([one]))}, not {written(np.array([two]))}"
    return ""
