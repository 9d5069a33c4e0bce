"""IF, with its different rules for a missing value in each of its forms.

The results are those of "Using the IF function with metric math expressions": a missing value of a series counts as
0, except of the third argument when the second is a number, where the point is dropped. (An older edition of the page
drops the point of ``IF(series, series, series)`` too; the present one says 0.)
"""

from __future__ import annotations

import numpy as np

from cloudwatch_simulator.metric_math.functions import Arguments, function
from cloudwatch_simulator.metric_math.values import Scalar, TimeSeries, Value
from cloudwatch_simulator.series import Floats

_TAKES = "IF(condition, when true[, when false]), each a number or a time series,"


@function("IF")
def _if(arguments: Arguments) -> Value:
    arguments.count(2, 3, _TAKES)
    condition, *branches = arguments.values
    if not isinstance(condition, (Scalar, TimeSeries)):
        raise arguments.wrong(_TAKES)
    for branch in branches:
        if not isinstance(branch, (Scalar, TimeSeries)):
            raise arguments.wrong(_TAKES)
    yes = branches[0]
    no = branches[1] if len(branches) > 1 else Scalar(np.array([np.nan]))
    dropped = isinstance(yes, Scalar)
    chosen = np.where(_points(condition) != 0, _filled(yes, False), _filled(no, dropped))
    result = np.where(np.isnan(_points(condition)), np.nan, chosen)
    if all(isinstance(value, Scalar) for value in (condition, yes, no)):
        return Scalar(result)
    return TimeSeries(arguments.frame.full(result), "IF")


def _points(value: Value) -> Floats:
    assert isinstance(value, (Scalar, TimeSeries))
    return value.value if isinstance(value, Scalar) else value.points


def _filled(value: Value, dropped: bool) -> Floats:
    if isinstance(value, TimeSeries) and not dropped:
        return np.where(np.isnan(value.points), 0.0, value.points)
    return _points(value)
