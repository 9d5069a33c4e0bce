"""Operators, with a missing value counting as 0 where the other series has one.

"Using math expressions with CloudWatch metrics": between two series a missing value is 0, and a division by zero drops
the point. Where both are missing nothing is documented; there is no point then.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metric_math.values import Scalar, SeriesArray, TimeSeries, Value, kind
from cloudwatch_simulator.series import Floats

_Operation = Callable[[Floats, Floats], Floats]


def _truth(operation: Callable[[Floats, Floats], np.ndarray]) -> _Operation:
    return lambda left, right: operation(left, right).astype(np.float64)


OPERATORS: dict[str, _Operation] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "==": _truth(np.equal),
    "!=": _truth(np.not_equal),
    "<": _truth(np.less),
    "<=": _truth(np.less_equal),
    ">": _truth(np.greater),
    ">=": _truth(np.greater_equal),
    "AND": _truth(lambda left, right: (left != 0) & (right != 0)),
    "OR": _truth(lambda left, right: (left != 0) | (right != 0)),
}


def finite(points: Floats) -> Floats:
    """A point that has no finite value is dropped."""
    return np.where(np.isfinite(points), points, np.nan)


def apply(symbol: str, left: Value, right: Value) -> Value:
    """``left symbol right`` for every pairing of scalar, series and array that AWS lists."""
    if isinstance(left, SeriesArray) or isinstance(right, SeriesArray):
        return _over_arrays(symbol, left, right)
    operation = OPERATORS[symbol]
    if isinstance(left, TimeSeries) and isinstance(right, TimeSeries):
        return TimeSeries(_both(operation, left.points, right.points), left.label)
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return Scalar(_either(operation, left.value, right.value))
    if isinstance(left, TimeSeries) and isinstance(right, Scalar):
        return TimeSeries(_either(operation, left.points, right.value), left.label)
    if isinstance(left, Scalar) and isinstance(right, TimeSeries):
        return TimeSeries(_either(operation, left.value, right.points), right.label)
    raise ScenarioError(f"{symbol} stands between numbers and time series, not between {kind(left)} and {kind(right)}")


def negate(value: Value) -> Value:
    if isinstance(value, Scalar):
        return Scalar(-value.value)
    if isinstance(value, TimeSeries):
        return TimeSeries(-value.points, value.label)
    if isinstance(value, SeriesArray):
        return SeriesArray(tuple(TimeSeries(-item.points, item.label) for item in value.items))
    raise ScenarioError(f"a sign stands before numbers and time series, not before {kind(value)}")


def _over_arrays(symbol: str, left: Value, right: Value) -> Value:
    if isinstance(left, SeriesArray) and isinstance(right, SeriesArray):
        raise ScenarioError(f"{symbol} does not stand between two arrays of time series")
    items = left.items if isinstance(left, SeriesArray) else right.items if isinstance(right, SeriesArray) else ()
    made = []
    for item in items:
        result = apply(symbol, item, right) if isinstance(left, SeriesArray) else apply(symbol, left, item)
        assert isinstance(result, TimeSeries)
        made.append(TimeSeries(result.points, item.label))
    return SeriesArray(tuple(made))


def _both(operation: _Operation, left: Floats, right: Floats) -> Floats:
    no_left, no_right = np.isnan(left), np.isnan(right)
    with np.errstate(all="ignore"):
        if not no_left.any() and not no_right.any():
            return finite(operation(left, right))
        values = finite(operation(np.where(no_left, 0.0, left), np.where(no_right, 0.0, right)))
    return np.where(no_left & no_right, np.nan, values)


def _either(operation: _Operation, left: Floats, right: Floats) -> Floats:
    with np.errstate(all="ignore"):
        values = finite(operation(left, right))
    return np.where(np.isnan(left) | np.isnan(right), np.nan, values)
