"""Where metric data lives: in memory, bounded by ``prune``, safe between threads."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.series import Floats, Series
from cloudwatch_simulator.statistic import Statistic

_Report = tuple[float, float, float, float, float, "tuple[Sequence[float], Sequence[float]] | None"]


class _Metric:
    """The series of one metric, by unit, with the reports that were not yet filed into columns."""

    def __init__(self) -> None:
        self.filed: dict[str, Series] = {}
        self.pending: dict[str, list[_Report]] = {}

    def series(self, unit: str) -> Series:
        reports = self.pending.pop(unit, None)
        if reports:
            self.filed[unit] = self.filed.get(unit, Series()).extended(_columns(reports))
        return self.filed[unit]

    def units(self) -> list[str]:
        return list(dict.fromkeys([*self.filed, *self.pending]))


class MetricStore:
    """Metric data as PutMetricData takes it.

    >>> store = MetricStore()
    >>> metric = MetricId.of("Fleet", "GenerationLatency")
    >>> store.put(metric, 60.0, [900, 1100], unit="Milliseconds")
    >>> times, values = store.statistic(metric, "Average", 60, 0, 120)
    >>> values.tolist()
    [1000.0]
    """

    def __init__(self) -> None:
        self._metrics: dict[MetricId, _Metric] = {}
        self._lock = threading.RLock()

    def put(
        self,
        metric: MetricId,
        timestamp: float,
        values: Sequence[float],
        counts: Sequence[float] | None = None,
        unit: str | None = None,
        resolution: int = 60,
    ) -> None:
        """Values reported at ``timestamp`` (seconds since the epoch), each ``counts`` times.

        Kept to the minute, or with ``resolution=1`` to the second.
        """
        weights = [1.0] * len(values) if counts is None else counts
        if len(weights) != len(values):
            raise ScenarioError(f"{len(values)} values with {len(weights)} counts for {metric}")
        if not values:
            return
        if not all(math.isfinite(value) for value in values):
            raise ScenarioError(f"a value of {metric} is not a finite number")
        total = math.fsum(value * weight for value, weight in zip(values, weights, strict=True))
        report = (total, math.fsum(weights), min(values), max(values))
        self._report(metric, timestamp, resolution, unit, (*report, (values, weights)))

    def put_statistics(
        self,
        metric: MetricId,
        timestamp: float,
        *,
        sum: float,  # noqa: A002 (PutMetricData's own name)
        count: float,
        minimum: float,
        maximum: float,
        unit: str | None = None,
        resolution: int = 60,
    ) -> None:
        """A statistic set. It has percentiles only where count is 1 or minimum equals maximum."""
        known = ([minimum], [count]) if count == 1 or minimum == maximum else None
        self._report(metric, timestamp, resolution, unit, (sum, count, minimum, maximum, known))

    def put_series(
        self, metric: MetricId, timestamps: npt.ArrayLike, values: npt.ArrayLike, unit: str | None = None
    ) -> None:
        """One sample at each of many times; NaN is no report. The quick way in for recorded data."""
        times, samples = np.asarray(timestamps, dtype=np.float64), np.asarray(values, dtype=np.float64)
        there = ~np.isnan(samples)
        times, samples = times[there], samples[there]
        if not len(times):
            return
        ones = np.ones(len(times))
        added = Series(times, samples, ones, samples, samples, times, samples, ones, times[samples < 0])
        with self._lock:
            filed = self._metrics.setdefault(metric, _Metric())
            filed.filed[unit or "None"] = filed.filed.get(unit or "None", Series()).extended(added)

    def _report(
        self,
        metric: MetricId,
        timestamp: float,
        resolution: int,
        unit: str | None,
        report: tuple[float, float, float, float, tuple[Sequence[float], Sequence[float]] | None],
    ) -> None:
        time = math.floor(timestamp / resolution) * float(resolution)
        with self._lock:
            filed = self._metrics.setdefault(metric, _Metric())
            filed.pending.setdefault(unit or "None", []).append((time, *report))

    def metrics(self) -> list[MetricId]:
        with self._lock:
            return list(self._metrics)

    def units(self, metric: MetricId) -> list[str]:
        with self._lock:
            return self._metrics[metric].units() if metric in self._metrics else []

    def datapoints(self, metric: MetricId) -> int:
        """How many minutes (or seconds, at high resolution) hold something."""
        with self._lock:
            return len(np.unique(self.series(metric).time))

    def span(self, metric: MetricId) -> tuple[float, float] | None:
        """The times of the first and the last report."""
        times = self.series(metric).time
        return (float(times[0]), float(times[-1])) if len(times) else None

    def series(self, metric: MetricId, unit: str | None = None) -> Series:
        """The columns of a metric: in one unit, or in all together."""
        with self._lock:
            held = self._metrics.get(metric)
            if held is None:
                return Series()
            names = [name for name in held.units() if unit is None or name == unit]
            merged = Series()
            for name in names:
                merged = merged.extended(held.series(name)) if len(names) > 1 else held.series(name)
            return merged

    def statistic(
        self, metric: MetricId, stat: str, period: int, start: float, end: float, unit: str | None = None
    ) -> tuple[Floats, Floats]:
        """Start times and values of the periods in ``[start, end)`` that hold data.

        Periods begin at whole multiples of ``period`` since the epoch, as GetMetricData returns them.
        """
        first = math.floor(start / period) * period
        starts = np.arange(first, end, period, dtype=np.float64)
        values = self.windows(metric, stat, starts, starts + period, unit)
        there = ~np.isnan(values)
        return starts[there], values[there]

    def windows(self, metric: MetricId, stat: str, starts: Floats, ends: Floats, unit: str | None = None) -> Floats:
        """The statistic over each window ``[start, end)``; NaN where there is nothing."""
        return Statistic.parse(stat).over(self.series(metric, unit), starts, ends)

    def prune(self, before: float) -> None:
        """Forgets what is older, and the metrics that have nothing left."""
        with self._lock:
            for metric in list(self._metrics):
                held = self._metrics[metric]
                for unit in held.units():
                    held.filed[unit] = held.series(unit).since(before)
                    if not len(held.filed[unit].time):
                        del held.filed[unit]
                if not held.filed:
                    del self._metrics[metric]


def _columns(reports: list[_Report]) -> Series:
    times, sums, counts, minima, maxima, _ = zip(*reports, strict=True)
    known = [(report[0], *report[5]) for report in reports if report[5] is not None]
    unranked = [report[0] for report in reports if report[5] is None or report[3] < 0]
    lengths = [len(values) for _, values, _ in known]
    return Series(
        np.array(times),
        np.array(sums, dtype=np.float64),
        np.array(counts, dtype=np.float64),
        np.array(minima, dtype=np.float64),
        np.array(maxima, dtype=np.float64),
        np.repeat(np.array([time for time, _, _ in known], dtype=np.float64), lengths),
        np.array([value for _, values, _ in known for value in values], dtype=np.float64),
        np.array([weight for _, _, weights in known for weight in weights], dtype=np.float64),
        np.array(unranked, dtype=np.float64),
    )
