"""The functions of metric math, one entry each: ``FUNCTIONS[name](call) -> value``.

Meanings are those of "Using math expressions with CloudWatch metrics", table of functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metric_math.operators import finite
from cloudwatch_simulator.metric_math.values import Frame, Scalar, SeriesArray, TimeSeries, Value, Word, Words, kind
from cloudwatch_simulator.series import Floats


@dataclass(frozen=True)
class Arguments:
    """What a function was called with."""

    function: str
    values: tuple[Value, ...]
    frame: Frame

    def wrong(self, takes: str) -> ScenarioError:
        got = ", ".join(kind(value) for value in self.values) or "nothing"
        return ScenarioError(f"{self.function} takes {takes}, not {got}")

    def count(self, least: int, most: int, takes: str) -> None:
        if not least <= len(self.values) <= most:
            raise self.wrong(takes)

    def number(self, index: int, takes: str) -> float:
        value = self.values[index]
        if not isinstance(value, Scalar) or value.value.size != 1:
            raise self.wrong(takes)
        return float(value.value.reshape(()))


Function = Callable[[Arguments], Value]
FUNCTIONS: dict[str, Function] = {}
NOT_IN_ALARMS = frozenset(["DATAPOINT_COUNT", "RUNNING_SUM", "REMOVE_EMPTY", "SEARCH"])
"""Refused in an alarm: its evaluation range is wider than its evaluation periods, or SEARCH."""


def function(*names: str) -> Callable[[Function], Function]:
    def register(body: Function) -> Function:
        for name in names:
            FUNCTIONS[name] = body
        return body

    return register


def each(arguments: Arguments, change: Callable[[Floats], Floats]) -> Value:
    """``change`` over a series, or over each series of an array."""
    takes = "one time series or one array of time series"
    arguments.count(1, 1, takes)
    value = arguments.values[0]
    if isinstance(value, TimeSeries):
        return TimeSeries(change(value.points), value.label)
    if isinstance(value, SeriesArray):
        return SeriesArray(tuple(TimeSeries(change(item.points), item.label) for item in value.items))
    raise arguments.wrong(takes)


_POINTWISE: dict[str, Callable[[Floats], Floats]] = {
    "ABS": np.abs,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "LOG": np.log,
    "LOG10": np.log10,
}


@function(*_POINTWISE)
def _pointwise(arguments: Arguments) -> Value:
    with np.errstate(all="ignore"):
        return each(arguments, lambda points: finite(_POINTWISE[arguments.function](points)))


def _average(points: Floats, axis: int) -> Floats:
    # Over an array a missing value counts as 0, over time it does not count at all.
    if axis == 0:
        return np.asarray(np.nansum(points, axis=0) / points.shape[0])
    counts = np.sum(~np.isnan(points), axis=axis, keepdims=True)
    return np.asarray(np.nansum(points, axis=axis, keepdims=True) / counts)


def _deviation(points: Floats, axis: int) -> Floats:
    counts = np.sum(~np.isnan(points), axis=axis, keepdims=True)
    mean = np.nansum(points, axis=axis, keepdims=True) / counts
    squares = np.nansum((points - mean) ** 2, axis=axis, keepdims=True) / counts
    return np.asarray(np.sqrt(squares if axis else squares[0]))


def _kept(ufunc: np.ufunc, points: Floats) -> Floats:
    return np.asarray(ufunc.reduce(points, axis=-1, keepdims=True))


_AGGREGATES: dict[str, Callable[[Floats, int], Floats]] = {
    "AVG": _average,
    "MAX": lambda points, axis: np.fmax.reduce(points, axis=axis) if axis == 0 else _kept(np.fmax, points),
    "MIN": lambda points, axis: np.fmin.reduce(points, axis=axis) if axis == 0 else _kept(np.fmin, points),
    "SUM": lambda points, axis: np.nansum(points, axis=axis, keepdims=axis != 0),
    "STDDEV": _deviation,
    "DATAPOINT_COUNT": lambda points, axis: np.sum(~np.isnan(points), axis=axis, keepdims=axis != 0) * 1.0,
}


@function(*_AGGREGATES)
def _aggregate(arguments: Arguments) -> Value:
    """Of a series: one number. Of an array: one series, with a point where any of them has one."""
    takes = "one time series or one array of time series"
    arguments.count(1, 1, takes)
    value = arguments.values[0]
    reduce = _AGGREGATES[arguments.function]
    counting = arguments.function == "DATAPOINT_COUNT"
    with np.errstate(all="ignore"):
        if isinstance(value, TimeSeries):
            arguments.frame.ranged()
            if not value.points.shape[-1]:
                return Scalar(np.array([0.0 if counting else np.nan]))
            result = reduce(value.points, -1)
            empty = np.all(np.isnan(value.points), axis=-1, keepdims=True)
            return Scalar(result if counting else np.where(empty, np.nan, result))
        if isinstance(value, SeriesArray):
            if not value.items:
                return TimeSeries(arguments.frame.full(np.nan), arguments.function)
            stacked = np.stack([item.points for item in value.items])
            result = reduce(stacked, 0)
            return TimeSeries(
                result if counting else np.where(np.all(np.isnan(stacked), axis=0), np.nan, result), arguments.function
            )
    raise arguments.wrong(takes)


@function("METRIC_COUNT")
def _metric_count(arguments: Arguments) -> Value:
    takes = "one array of time series"
    arguments.count(1, 1, takes)
    value = arguments.values[0]
    if not isinstance(value, SeriesArray):
        raise arguments.wrong(takes)
    return Scalar(np.array([float(len(value.items))]))


@function("PERIOD")
def _period(arguments: Arguments) -> Value:
    takes = "one metric"
    arguments.count(1, 1, takes)
    value = arguments.values[0]
    if not isinstance(value, TimeSeries) or value.period is None:
        raise arguments.wrong(takes)
    return Scalar(np.array([float(value.period)]))


@function("TIME_SERIES")
def _time_series(arguments: Arguments) -> Value:
    arguments.count(1, 1, "one number")
    value = arguments.values[0]
    if not isinstance(value, Scalar):
        raise arguments.wrong("one number")
    return TimeSeries(arguments.frame.full(value.value), "TIME_SERIES")


def calendar(name: str, times: Floats) -> Floats:
    """A part of the date in UTC; DAY is 1 on Monday and 7 on Sunday."""
    seconds = times.astype(np.int64)
    days = seconds // 86_400
    if name == "EPOCH":
        return times.astype(np.float64)
    if name == "MINUTE":
        return (seconds // 60 % 60).astype(np.float64)
    if name == "HOUR":
        return (seconds // 3600 % 24).astype(np.float64)
    if name == "DAY":
        return ((days + 3) % 7 + 1).astype(np.float64)
    months = seconds.astype("datetime64[s]").astype("datetime64[M]")
    if name == "DATE":
        return ((days - months.astype("datetime64[D]").astype(np.int64)) + 1).astype(np.float64)
    if name == "MONTH":
        return (months.astype(np.int64) % 12 + 1).astype(np.float64)
    return (months.astype(np.int64) // 12 + 1970).astype(np.float64)


@function("MINUTE", "HOUR", "DAY", "DATE", "MONTH", "YEAR", "EPOCH")
def _calendar(arguments: Arguments) -> Value:
    """Of each period's start, whether or not the series has a point there."""
    arguments.count(1, 1, "one time series")
    if not isinstance(arguments.values[0], TimeSeries):
        raise arguments.wrong("one time series")
    return TimeSeries(arguments.frame.full(calendar(arguments.function, arguments.frame.times)), arguments.function)


@function("ARRAY")
def _array(arguments: Arguments) -> Value:
    """``[m1, m2]``, or a list of strings."""
    texts = [value.value for value in arguments.values if isinstance(value, Word) and not value.bare]
    if texts and len(texts) == len(arguments.values):
        return Words(tuple(texts))
    items: list[TimeSeries] = []
    for value in arguments.values:
        if isinstance(value, TimeSeries):
            items.append(value)
        elif isinstance(value, SeriesArray):
            items.extend(value.items)
        else:
            raise ScenarioError(f"an array holds time series or strings, not {kind(value)}")
    return SeriesArray(tuple(items))
