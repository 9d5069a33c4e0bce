"""The datapoints of one metric in one unit, as columns, and sums over any windows of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_ROW = ("time", "sum", "count", "minimum", "maximum")
_SAMPLE = ("sample_time", "sample", "weight")


@dataclass
class Series:
    """Rows hold what every report carries (sum, count, minimum, maximum); samples hold the values themselves.

    A statistic set has no samples, so a window with one in it has no percentile (Statistics definitions, CloudWatch
    user guide); the same goes for negative values. ``unranked`` lists the times of both.
    """

    time: Floats = field(default_factory=lambda: np.empty(0))
    sum: Floats = field(default_factory=lambda: np.empty(0))
    count: Floats = field(default_factory=lambda: np.empty(0))
    minimum: Floats = field(default_factory=lambda: np.empty(0))
    maximum: Floats = field(default_factory=lambda: np.empty(0))
    sample_time: Floats = field(default_factory=lambda: np.empty(0))
    sample: Floats = field(default_factory=lambda: np.empty(0))
    weight: Floats = field(default_factory=lambda: np.empty(0))
    unranked: Floats = field(default_factory=lambda: np.empty(0))

    def extended(self, other: Series) -> Series:
        """Both series as one, in order of time."""
        if not len(self.time):
            return other.ordered()
        rows = {name: np.concatenate((getattr(self, name), getattr(other, name))) for name in _ROW + _SAMPLE}
        return Series(**rows, unranked=np.concatenate((self.unranked, other.unranked))).ordered()

    def ordered(self) -> Series:
        for names in (_ROW, _SAMPLE, ("unranked",)):
            times = getattr(self, names[0])
            if len(times) > 1 and np.any(times[1:] < times[:-1]):
                order = np.argsort(times, kind="stable")
                for name in names:
                    setattr(self, name, getattr(self, name)[order])
        return self

    def since(self, before: float) -> Series:
        """Without what is older than ``before``."""
        kept = Series()
        for names in (_ROW, _SAMPLE, ("unranked",)):
            first = int(np.searchsorted(getattr(self, names[0]), before))
            for name in names:
                setattr(kept, name, getattr(self, name)[first:].copy())
        return kept


def bounds(times: Floats, starts: Floats, ends: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where each window ``[start, end)`` begins and ends among ``times``."""
    first = np.searchsorted(times, starts)
    if starts.ndim == 1 and np.array_equal(starts[1:], ends[:-1]):
        # Windows that join need one search, not two.
        last = np.append(first[1:], np.searchsorted(times, ends[-1:]))
    else:
        last = np.searchsorted(times, ends)
    return first, np.maximum(last, first)


def reduce(ufunc: np.ufunc, column: Floats, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> Floats:
    """``ufunc`` over ``column[first:last]`` for every window at once; NaN where a window is empty.

    The windows are added up one by one, never as a difference of running sums: those are quicker, but a sum of 0.1s
    that comes out as 0.30000000000000004 one minute and 0.3 the next would cross a threshold.
    """
    if not len(column):
        return np.full(len(first), np.nan)
    if np.all(last - first <= 1):
        out = column[np.minimum(first, len(column) - 1)].astype(np.float64)
    else:
        padded = np.append(column, 0.0)
        pairs = np.stack((first, last), axis=1).ravel()
        out = ufunc.reduceat(padded, pairs)[::2]
    return np.where(last > first, out, np.nan)
