"""What an expression is made of: scalars, time series, arrays of them, strings.

Arrays of numpy hold time along their last axis and NaN where a point is missing; further axes, in front, are the
minutes at which an alarm is evaluated, all at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.series import Floats


@dataclass(frozen=True)
class Scalar:
    """A number, or one number per evaluation (last axis of length 1)."""

    value: Floats


@dataclass(frozen=True)
class TimeSeries:
    """Points along the last axis. ``period`` is known for a metric, not for an expression; ``metric`` for one that a
    SEARCH found."""

    points: Floats
    label: str = ""
    period: int | None = None
    metric: MetricId | None = None


@dataclass(frozen=True)
class SeriesArray:
    items: tuple[TimeSeries, ...]


@dataclass(frozen=True)
class Word:
    """A string, or a bare word such as REPEAT or ASC."""

    value: str
    bare: bool = False


@dataclass(frozen=True)
class Words:
    items: tuple[str, ...]


Value = Scalar | TimeSeries | SeriesArray | Word | Words


class NeedsRange(Exception):  # noqa: N818 (a signal between two ways of evaluating, never seen outside)
    """A point depends on other points, so these must be laid out as each evaluation sees them."""


@dataclass(frozen=True)
class Frame:
    """The points in time over which an expression is evaluated.

    ``times`` are the starts of the periods, in seconds since the epoch. When ``pointwise`` is true the last axis is not
    a range that anybody fetched, and only functions that look at one point at a time may run.
    """

    times: Floats
    period: int
    alarm: bool = False
    pointwise: bool = False

    def ranged(self) -> None:
        if self.pointwise:
            raise NeedsRange

    def full(self, value: Floats | float) -> Floats:
        return np.array(np.broadcast_to(value, self.times.shape), dtype=np.float64)


def kind(value: Value) -> str:
    """What to call a value in an error."""
    names = {
        Scalar: "a number",
        TimeSeries: "a time series",
        SeriesArray: "an array of time series",
        Words: "an array of strings",
    }
    if isinstance(value, Word):
        return f"the word {value.value}" if value.bare else "a string"
    return names[type(value)]
