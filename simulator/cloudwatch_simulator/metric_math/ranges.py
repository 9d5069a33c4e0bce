"""Functions whose value at one point depends on other points of the range."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.metric_math.functions import Arguments, each, function
from cloudwatch_simulator.metric_math.operators import finite
from cloudwatch_simulator.metric_math.values import Scalar, SeriesArray, TimeSeries, Value, Word
from cloudwatch_simulator.series import Floats

_FILL_TAKES = "a time series (or an array) and what to fill with: a number, a time series, REPEAT or LINEAR,"


def last_real(points: Floats) -> npt.NDArray[np.intp]:
    """At each place the index of the newest point so far, -1 before the first."""
    index = np.where(np.isnan(points), -1, np.arange(points.shape[-1]))
    return np.maximum.accumulate(index, axis=-1)


def _at(points: Floats, index: npt.NDArray[np.intp]) -> Floats:
    if not points.shape[-1]:
        return points
    taken = np.take_along_axis(np.broadcast_to(points, index.shape), np.clip(index, 0, points.shape[-1] - 1), axis=-1)
    return np.where((index < 0) | (index >= points.shape[-1]), np.nan, taken)


def _before(points: Floats) -> npt.NDArray[np.intp]:
    """The index of the newest point before each place."""
    newest = last_real(points)
    return np.concatenate((np.full((*points.shape[:-1], 1), -1), newest[..., :-1]), axis=-1)


def _difference(points: Floats) -> Floats:
    return points - _at(points, _before(points))


def _elapsed(points: Floats, times: Floats) -> Floats:
    passed = times - _at(np.broadcast_to(times, points.shape), _before(points))
    return np.where(np.isnan(points), np.nan, passed)


@function("DIFF", "DIFF_TIME", "RATE", "RUNNING_SUM")
def _changes(arguments: Arguments) -> Value:
    arguments.frame.ranged()
    times = arguments.frame.times

    def change(points: Floats) -> Floats:
        if arguments.function == "DIFF":
            return _difference(points)
        if arguments.function == "DIFF_TIME":
            return _elapsed(points, times)
        if arguments.function == "RATE":
            with np.errstate(all="ignore"):
                return finite(_difference(points) / _elapsed(points, times))
        return np.where(np.isnan(points), np.nan, np.nancumsum(points, axis=-1))

    return each(arguments, change)


@function("FILL")
def _fill(arguments: Arguments) -> Value:
    arguments.count(2, 2, _FILL_TAKES)
    value, filling = arguments.values
    if isinstance(value, SeriesArray):
        return SeriesArray(
            tuple(TimeSeries(_filled(arguments, item.points, filling), item.label) for item in value.items)
        )
    if isinstance(value, TimeSeries):
        return TimeSeries(_filled(arguments, value.points, filling), value.label)
    raise arguments.wrong(_FILL_TAKES)


def _filled(arguments: Arguments, points: Floats, filling: Value) -> Floats:
    if isinstance(filling, Scalar):
        return np.where(np.isnan(points), filling.value, points)
    if isinstance(filling, TimeSeries):
        return np.where(np.isnan(points), filling.points, points)
    if not isinstance(filling, Word) or filling.value not in ("REPEAT", "LINEAR"):
        raise arguments.wrong(_FILL_TAKES)
    arguments.frame.ranged()
    if not points.shape[-1]:
        return points
    before = last_real(points)
    if filling.value == "REPEAT":
        return _at(points, before)
    after = points.shape[-1] - 1 - last_real(points[..., ::-1])[..., ::-1]
    left, right = _at(points, before), _at(points, after)
    with np.errstate(all="ignore"):
        share = (np.arange(points.shape[-1]) - before) / (after - before)
        between = left + (right - left) * share
    return np.where(np.isnan(points), between, points)
