"""A statistic by its CloudWatch name, over any windows of a series at once.

The names and forms are those of "CloudWatch statistics definitions". Where that page leaves the arithmetic open, this
is the choice: a percentile interpolates linearly between the two nearest samples; a trim by percent removes whole
samples, rounded down, from each end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cloudwatch_simulator.errors import ScenarioError, nearest
from cloudwatch_simulator.ranked import Ranked
from cloudwatch_simulator.series import Floats, Series, bounds, reduce

BASIC = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_SHORT = re.compile(r"^(?P<kind>p|tm|wm|tc|ts)(?P<rank>\d{1,3}(?:\.\d{1,10})?)$")
_RANGE = re.compile(r"^(?P<kind>TM|WM|TC|TS|PR)\((?P<low>[-\d.]*)(?P<lp>%?):(?P<high>[-\d.]*)(?P<hp>%?)\)$")


@dataclass(frozen=True)
class Statistic:
    """``kind`` is one of SampleCount, Average, Sum, Minimum, Maximum, p, tm, wm, tc, ts, pr; bounds for the last six.

    >>> Statistic.parse("TM(10%:90%)")
    Statistic(kind='tm', low=0.1, high=0.9, percent=True)
    """

    kind: str
    low: float | None = None
    high: float | None = None
    percent: bool = True

    @property
    def ranks(self) -> bool:
        """Whether it needs the samples themselves."""
        return self.kind not in BASIC

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Statistic:
        """Raises ``ScenarioError`` for what is no statistic."""
        if text in BASIC:
            return cls(text)
        if text == "IQM":
            return cls("tm", 0.25, 0.75)
        short = _SHORT.match(text)
        if short and float(short["rank"]) <= 100:
            return cls(short["kind"], None, float(short["rank"]) / 100)
        found = _RANGE.match(text)
        if found and (found["low"] or found["high"]):
            return cls._ranged(text, found)
        raise ScenarioError(
            f"{text!r} is no statistic; allowed: {', '.join(BASIC)}, p90, tm90, wm90, tc90, ts90, IQM, "
            f"TM(10%:90%), WM(…), TC(…), TS(…), PR(100:2000){nearest(text, BASIC)}"
        )

    @classmethod
    def _ranged(cls, text: str, found: re.Match[str]) -> Statistic:
        signs = {bool(found[sign]) for value, sign in (("low", "lp"), ("high", "hp")) if found[value]}
        kind, percent = found["kind"].lower(), signs == {True}
        try:
            low, high = (float(found[bound]) if found[bound] else None for bound in ("low", "high"))
        except ValueError:
            low = high = np.inf
        scale = 100.0 if percent else 1.0
        wrong = len(signs) > 1 or (low is not None and high is not None and low >= high)
        if wrong or (kind == "pr" and percent) or (percent and not ((low or 0) >= 0 and (high or 100) <= 100)):
            raise ScenarioError(
                f"{text!r} is no statistic: its bounds are LOW:HIGH, both in % from 0 to 100 or both "
                "values (PR takes values only), LOW below HIGH, one of them may be left out"
            )
        return cls(kind, None if low is None else low / scale, None if high is None else high / scale, percent)

    def over(self, series: Series, starts: Floats, ends: Floats) -> Floats:
        """Its value over each window ``[start, end)``; NaN where the window is empty or has no ranks."""
        if self.ranks:
            return self._ranked(series, starts, ends)
        first, last = bounds(series.time, starts, ends)
        if self.kind == "Minimum":
            return reduce(np.minimum, series.minimum, first, last)
        if self.kind == "Maximum":
            return reduce(np.maximum, series.maximum, first, last)
        if self.kind == "Sum":
            return reduce(np.add, series.sum, first, last)
        count = reduce(np.add, series.count, first, last)
        if self.kind == "SampleCount":
            return count
        with np.errstate(divide="ignore", invalid="ignore"):
            return reduce(np.add, series.sum, first, last) / count

    def _ranked(self, series: Series, starts: Floats, ends: Floats) -> Floats:
        first, last = bounds(series.sample_time, starts, ends)
        values = Ranked.by_chunks(self.of, series.sample, series.weight, first, last)
        if len(series.unranked):
            low, high = bounds(series.unranked, starts, ends)
            values[high > low] = np.nan
        return values

    def of(self, ranked: Ranked) -> Floats:
        """Its value for each group of ranked samples, none of them empty."""
        if self.kind == "p":
            return ranked.percentile(self.high or 0.0)
        kept = ranked.between_ranks(self.low, self.high) if self.percent else ranked.between(self.low, self.high)
        if self.kind == "tc":
            return ranked.total(kept)
        if self.kind == "ts":
            return ranked.total(kept * ranked.values)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.kind == "pr":
                return 100.0 * ranked.total(kept) / ranked.total(ranked.weights)
            if self.kind == "wm":
                return ranked.winsorized(kept, self.low, self.high, self.percent)
            return ranked.total(kept * ranked.values) / ranked.total(kept)
