"""Functions that pick from an array of time series."""

from __future__ import annotations

import numpy as np

from cloudwatch_simulator.metric_math.functions import FUNCTIONS, Arguments, function
from cloudwatch_simulator.metric_math.values import Scalar, SeriesArray, TimeSeries, Value, Word

_SORT_TAKES = "an array of time series, AVG, MIN, MAX or SUM, ASC or DESC, and perhaps how many to keep"


def _array(arguments: Arguments, takes: str) -> SeriesArray:
    value = arguments.values[0] if arguments.values else None
    if not isinstance(value, SeriesArray):
        raise arguments.wrong(takes)
    return value


@function("FIRST", "LAST")
def _end(arguments: Arguments) -> Value:
    """The first or the last series. Of an anomaly band these are its lower and its upper bound."""
    arguments.count(1, 1, "one array of time series")
    items = _array(arguments, "one array of time series").items
    if not items:
        return TimeSeries(arguments.frame.full(np.nan))
    return items[0 if arguments.function == "FIRST" else -1]


@function("SLICE")
def _slice(arguments: Arguments) -> Value:
    """From a place, the first being 0, up to but without another. With one place: that series alone."""
    takes = "an array of time series and one or two whole numbers"
    arguments.count(2, 3, takes)
    items = _array(arguments, takes).items
    places = [int(arguments.number(index, takes)) for index in range(1, len(arguments.values))]
    if len(places) == 1:
        return SeriesArray(items[max(places[0], 0) :])
    return SeriesArray(items[max(places[0], 0) : max(places[1], 0)])


@function("REMOVE_EMPTY")
def _remove_empty(arguments: Arguments) -> Value:
    arguments.count(1, 1, "one array of time series")
    arguments.frame.ranged()
    items = _array(arguments, "one array of time series").items
    return SeriesArray(tuple(item for item in items if not np.all(np.isnan(item.points))))


@function("SORT")
def _sort(arguments: Arguments) -> Value:
    """By one number for each series; a series without any point comes last."""
    arguments.count(3, 4, _SORT_TAKES)
    arguments.frame.ranged()
    items = _array(arguments, _SORT_TAKES).items
    by, order = arguments.values[1], arguments.values[2]
    if not (
        isinstance(by, Word)
        and by.value in ("AVG", "MIN", "MAX", "SUM")
        and isinstance(order, Word)
        and order.value in ("ASC", "DESC")
    ):
        raise arguments.wrong(_SORT_TAKES)
    limit = int(arguments.number(3, _SORT_TAKES)) if len(arguments.values) == 4 else len(items)
    if not items:
        return SeriesArray(())
    keys = []
    for item in items:
        key = FUNCTIONS[by.value](Arguments(by.value, (item,), arguments.frame))
        assert isinstance(key, Scalar)
        keys.append(key.value if order.value == "ASC" else -key.value)
    ranks = np.argsort(np.stack(keys), axis=0, kind="stable")
    if ranks.size == len(items):
        return SeriesArray(tuple(items[int(place)] for place in ranks.ravel()[:limit]))
    stacked = np.take_along_axis(np.stack([item.points for item in items]), ranks, axis=0)
    return SeriesArray(tuple(TimeSeries(points) for points in stacked[:limit]))
