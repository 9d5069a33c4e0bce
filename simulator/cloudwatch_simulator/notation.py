"""The shorthand for a series: one token or run an interval.

>>> Points.parse("5x3 _ 0+2x3").values.tolist()
[5.0, 5.0, 5.0, nan, 0.0, 2.0, 4.0]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.store import MetricStore

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(
    rf"\s*(?:(?P<set>\{{[^{{}}]*\}})|(?P<list>\[[^\[\]]*\])|(?P<gap>_)"
    rf"|(?P<number>{_NUMBER})(?P<step>[+-](?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)?)"
    r"(?:x(?P<times>\d+))?(?=\s|$)"
)
_PLAIN = re.compile(r"[-+.\d\seE_]*")
_GLUED = re.compile(r"\S_|_\S")
_ITEM = re.compile(rf"\s*(?:(?P<set>\{{[^{{}}]*\}})|(?P<number>{_NUMBER}))\s*(?:,|$)")
_FIELD = re.compile(rf"\s*(?P<name>[a-z]+)\s*:\s*(?P<value>{_NUMBER})\s*(?:,|$)")
_FIELDS = ("sum", "count", "min", "max")
# Ten years of minutes: more than anybody tests, and it bounds the memory that one typing error can ask for.
_LONGEST = 5_256_000
_ALLOWED = "a token is 5, 5x60, 0+2x10, _, _x30, [1,2,3]x10 or {sum:10,count:4,min:1,max:5}"


@dataclass(frozen=True)
class StatisticSet:
    """Several reports as their sum, count, minimum and maximum: no percentiles."""

    sum: float
    count: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Group:
    """Several reports in each of ``times`` intervals from ``first`` on."""

    first: int
    times: int
    samples: tuple[float, ...]
    sets: tuple[StatisticSet, ...] = ()


@dataclass(frozen=True)
class Points:
    """A series: one value an interval, NaN where nothing or a group was reported."""

    values: Floats
    groups: tuple[Group, ...] = field(default=())

    @classmethod
    def parse(cls, text: object) -> Points:
        """Reads the shorthand; raises ``ScenarioError`` that names the token."""
        written = str(text)
        plain = _plain(written)
        if plain is not None:
            return cls(plain)
        parts: list[Floats] = []
        groups: list[Group] = []
        at = length = 0
        while at < len(written.rstrip()):
            match = _TOKEN.match(written, at)
            if match is None:
                raise ScenarioError(f"{written[at:].split()[0]!r} is no value of a series; {_ALLOWED}")
            times = int(match["times"]) if match["times"] is not None else 1
            length += times
            if length > _LONGEST:
                raise ScenarioError(f"a series holds more than {_LONGEST:,} intervals")
            if match["set"] or match["list"]:
                samples, sets = _mixed(match["set"] or match["list"][1:-1])
                groups.append(Group(length - times, times, samples, sets))
            parts.append(_run(match, times))
            at = match.end()
        return cls(np.concatenate(parts) if parts else np.empty(0), tuple(groups))

    def fill(self, store: MetricStore, metric: MetricId, start: float, interval: int, unit: str | None) -> None:
        """Puts the series into a store, its first interval beginning at ``start``."""
        store.put_series(metric, start + interval * np.arange(len(self.values)), self.values, unit)
        resolution = 1 if interval < 60 else 60
        for group in self.groups:
            for place in range(group.first, group.first + group.times):
                time = start + interval * place
                store.put(metric, time, group.samples, unit=unit, resolution=resolution)
                for one in group.sets:
                    store.put_statistics(
                        metric,
                        time,
                        sum=one.sum,
                        count=one.count,
                        minimum=one.minimum,
                        maximum=one.maximum,
                        unit=unit,
                        resolution=resolution,
                    )


def _plain(text: str) -> Floats | None:
    """Single numbers and gaps alone, read in one go: recorded weeks are written so. None for anything else."""
    if _PLAIN.fullmatch(text) is None or _GLUED.search(text) is not None:
        return None
    tokens = text.replace("_", "nan").split()
    try:
        return np.array(tokens, dtype=np.float64) if len(tokens) <= _LONGEST else None
    except ValueError:
        return None


def _run(match: re.Match[str], times: int) -> Floats:
    if match["number"] is None:
        return np.full(times, np.nan)
    first = float(match["number"])
    if match["step"]:
        if match["times"] is None:
            raise ScenarioError(f"{match[0].strip()!r} rises without end; write how often: {match[0].strip()}x10")
        return np.asarray(first + float(match["step"]) * np.arange(times), dtype=np.float64)
    return np.full(times, first)


def _mixed(text: str) -> tuple[tuple[float, ...], tuple[StatisticSet, ...]]:
    samples: list[float] = []
    sets: list[StatisticSet] = []
    at = 0
    while at < len(text.rstrip()):
        match = _ITEM.match(text, at)
        if match is None:
            raise ScenarioError(f"{text[at:]!r} is no list of values; {_ALLOWED}")
        if match["set"]:
            sets.append(_set(match["set"]))
        else:
            samples.append(float(match["number"]))
        at = match.end()
    return tuple(samples), tuple(sets)


def _set(text: str) -> StatisticSet:
    found: dict[str, float] = {}
    inside, at = text[1:-1], 0
    while at < len(inside.rstrip()):
        match = _FIELD.match(inside, at)
        if match is None:
            raise ScenarioError(f"{text!r} is no statistic set; {_ALLOWED}")
        found[match["name"]] = float(match["value"])
        at = match.end()
    if sorted(found) != sorted(_FIELDS):
        raise ScenarioError(f"{text!r} is no statistic set: it has sum, count, min and max, and nothing else")
    if found["count"] <= 0 or found["min"] > found["max"]:
        raise ScenarioError(f"{text!r} is no statistic set: count is above 0 and min is not above max")
    return StatisticSet(found["sum"], found["count"], found["min"], found["max"])


def written(values: Floats) -> str:
    """Values in the shorthand, one token an interval.

    >>> written(np.array([1.0, np.nan, 0.5]))
    '1 _ 0.5'
    """
    return " ".join("_" if np.isnan(value) else f"{value:.10g}" for value in values.tolist())
