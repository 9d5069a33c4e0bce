"""The functions of ``stats`` ("stats: functions to use with stats"), over the values of one group.

Where the guide is silent: a percentile lies between its two neighbours in proportion, the highest and the lowest of
texts are those of the alphabet, and those of moments are milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .values import Value, number, order, written

Values = Sequence[Value]


@dataclass(frozen=True)
class Aggregate:
    """``of`` gets the values that are there, in the order of their events' times."""

    of: Callable[..., Value]
    arguments: int = 1


def _numbers(values: Values) -> list[float]:
    return [found for found in map(number, values) if found is not None]


def _average(values: Values) -> Value:
    numbers = _numbers(values)
    return math.fsum(numbers) / len(numbers) if numbers else None


def _sum(values: Values) -> Value:
    numbers = _numbers(values)
    return math.fsum(numbers) if numbers else None


def _extreme(which: Callable[..., Value]) -> Callable[[Values], Value]:
    def of(values: Values) -> Value:
        found = which(_numbers(values) or values, key=order, default=None)
        return float(found) if isinstance(found, float) else found

    return of


def _percentile(values: Values, share: float) -> Value:
    numbers = sorted(_numbers(values))
    if not numbers:
        return None
    place = (len(numbers) - 1) * share / 100
    below = math.floor(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


AGGREGATES: dict[str, Aggregate] = {
    "avg": Aggregate(_average),
    "count": Aggregate(len),
    "count_distinct": Aggregate(lambda values: len({written(value) for value in values})),
    "max": Aggregate(_extreme(max)),
    "min": Aggregate(_extreme(min)),
    "pct": Aggregate(_percentile, 2),
    "sum": Aggregate(_sum),
    "earliest": Aggregate(lambda values: values[0] if values else None),
    "latest": Aggregate(lambda values: values[-1] if values else None),
    "sortsfirst": Aggregate(lambda values: min(values, key=order, default=None)),
    "sortslast": Aggregate(lambda values: max(values, key=order, default=None)),
}
