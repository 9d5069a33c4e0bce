"""What a picture shows: a value, so that what is drawn can be asked before it is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

TICKS = 4
"""Lines across the picture, about: more could not be labelled at the digest's height."""


@dataclass(frozen=True)
class Curve:
    """One series: seconds since the epoch, values, and the seconds between two of them."""

    label: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    period: float
    color: str = ""

    def pieces(self) -> list[list[tuple[float, float]]]:
        """Without a line across what is missing.

        >>> Curve("a", (0, 60, 240), (1, 2, 3), 60).pieces()
        [[(0, 1), (60, 2)], [(240, 3)]]
        """
        found: list[list[tuple[float, float]]] = []
        for at, value in zip(self.times, self.values, strict=True):
            if not found or at - found[-1][-1][0] > 1.5 * self.period:
                found.append([])
            found[-1].append((at, value))
        return found


@dataclass(frozen=True)
class Level:
    """A line across: a threshold."""

    value: float
    label: str = ""
    color: str = ""


@dataclass(frozen=True)
class Chart:
    title: str
    start: float
    end: float
    width: int
    height: int
    curves: tuple[Curve, ...] = ()
    levels: tuple[Level, ...] = ()
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Of the values: what is drawn with some air, unless the widget fixes it."""
        drawn = [value for curve in self.curves for value in curve.values] + [level.value for level in self.levels]
        low = min(drawn, default=0.0) if self.least is None else self.least
        high = max(drawn, default=1.0) if self.most is None else self.most
        air = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
        return (low - air if self.least is None and low < 0 else min(low, 0.0) if self.least is None else low), (
            high + air if self.most is None else high
        )


def ticks(low: float, high: float, about: int = TICKS) -> Sequence[float]:
    """Round values of a range.

    >>> ticks(0, 108)
    [0.0, 50.0, 100.0]
    """
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first = math.ceil(low / step)
    return [round(number * step, 10) for number in range(first, math.floor(high / step) + 1)]
