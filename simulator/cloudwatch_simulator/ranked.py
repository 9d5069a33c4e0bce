"""Samples in order of size within each window: what percentiles and trimmed statistics are read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.series import Floats

Indices = npt.NDArray[np.intp]
# One chunk's worth of expanded samples: keeps an hour's window over a month of samples below 100 MB.
_CHUNK = 1_000_000


@dataclass(frozen=True)
class Ranked:
    """Groups of samples, each group sorted; ``begins`` says where each starts, no group is empty.

    ``weights`` counts how often a value was seen; ``upto`` is the running weight within the group, the value included.
    """

    values: Floats
    weights: Floats
    upto: Floats
    begins: Indices
    lengths: Indices

    @classmethod
    def by_chunks(
        cls, statistic: Callable[[Ranked], Floats], values: Floats, weights: Floats, first: Indices, last: Indices
    ) -> Floats:
        """``statistic`` over ``values[first:last]`` of every window; NaN for the empty ones."""
        out = np.full(len(first), np.nan)
        filled = np.flatnonzero(last > first)
        if not len(filled):
            return out
        ends = np.cumsum(last[filled] - first[filled])
        cuts = np.searchsorted(ends, np.arange(_CHUNK, ends[-1], _CHUNK))
        for part in np.split(filled, np.unique(cuts)):
            if len(part):
                out[part] = statistic(cls.of(values, weights, first[part], last[part]))
        return out

    @classmethod
    def of(cls, values: Floats, weights: Floats, first: Indices, last: Indices) -> Ranked:
        lengths = last - first
        begins = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        taken = np.arange(int(lengths.sum())) + np.repeat(first - begins, lengths)
        inside, weight = values[taken], weights[taken]
        if np.all(lengths == lengths[0]):
            shape = (len(lengths), int(lengths[0]))
            if (weight == 1).all():
                inside = np.sort(inside.reshape(shape), axis=1).ravel()
            else:
                order = np.argsort(inside.reshape(shape), axis=1, kind="stable")
                inside = np.take_along_axis(inside.reshape(shape), order, axis=1).ravel()
                weight = np.take_along_axis(weight.reshape(shape), order, axis=1).ravel()
        else:
            ranks = np.lexsort((inside, np.repeat(np.arange(len(lengths)), lengths)))
            inside, weight = inside[ranks], weight[ranks]
        running = np.cumsum(weight)
        before = np.repeat(running[begins] - weight[begins], lengths)
        return cls(inside, weight, running - before, begins, lengths)

    def total(self, column: Floats) -> Floats:
        return np.asarray(np.add.reduceat(column, self.begins), dtype=np.float64)

    def percentile(self, rank: float) -> Floats:
        place = (self.total(self.weights) - 1).clip(min=0) * rank
        below = self._at(np.floor(place + 1e-9))
        above = self._at(np.ceil(place - 1e-9))
        return np.asarray(below + (above - below) * (place - np.floor(place + 1e-9)).clip(min=0))

    def _at(self, place: Floats) -> Floats:
        """The sample at a 0-based place of each group, a value of weight w filling w places."""
        behind = self.total((self.upto <= np.repeat(place, self.lengths) + 1e-9).astype(np.float64))
        return self.values[self.begins + np.minimum(behind.astype(np.intp), self.lengths - 1)]

    def between_ranks(self, low: float | None, high: float | None) -> Floats:
        """How much of each sample's weight is left when whole samples go from both ends."""
        whole = self.total(self.weights)
        bottom = np.floor(whole * (low or 0.0) + 1e-9)
        top = whole - np.floor(whole * (1.0 - (1.0 if high is None else high)) + 1e-9)
        span = np.minimum(self.upto, np.repeat(top, self.lengths))
        return np.asarray((span - np.maximum(self.upto - self.weights, np.repeat(bottom, self.lengths))).clip(min=0))

    def between(self, low: float | None, high: float | None) -> Floats:
        """Weights of the samples above ``low`` and up to ``high``: lower bound exclusive, upper inclusive."""
        inside = np.ones(len(self.values), dtype=bool)
        if low is not None:
            inside &= self.values > low
        if high is not None:
            inside &= self.values <= high
        return np.where(inside, self.weights, 0.0)

    def winsorized(self, kept: Floats, low: float | None, high: float | None, percent: bool) -> Floats:
        """The mean when what lies outside counts as the nearest value inside (or as the bound itself)."""
        if not percent:
            return self.total(np.clip(self.values, low, high) * self.weights) / self.total(self.weights)
        inside = kept > 0
        bottom = np.minimum.reduceat(np.where(inside, self.values, np.inf), self.begins)
        top = np.maximum.reduceat(np.where(inside, self.values, -np.inf), self.begins)
        clipped = np.clip(self.values, np.repeat(bottom, self.lengths), np.repeat(top, self.lengths))
        return self.total(clipped * self.weights) / self.total(self.weights)
