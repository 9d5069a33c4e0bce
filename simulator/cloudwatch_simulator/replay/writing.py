"""Writes what a store holds as a table that ``replay`` reads again."""

from __future__ import annotations

import csv
from typing import TextIO

import numpy as np

from cloudwatch_simulator.store import MetricStore


def write_csv(store: MetricStore, file: TextIO) -> None:
    """Every metric as statistic sets, one a minute: ``timestamp,metric,unit,sum,count,min,max``.

    >>> import sys
    >>> from cloudwatch_simulator import MetricId
    >>> store = MetricStore()
    >>> store.put(MetricId.of("Fleet", "Latency"), 60.0, [900, 1100], unit="Milliseconds")
    >>> write_csv(store, sys.stdout)
    timestamp,metric,unit,sum,count,min,max
    60,Fleet/Latency,Milliseconds,2000,2,900,1100

    Percentiles are lost where a minute held several different values, as they are in CloudWatch's own statistic sets.
    """
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["timestamp", "metric", "unit", "sum", "count", "min", "max"])
    for metric in sorted(store.metrics()):
        for unit in store.units(metric):
            minutes = np.unique(np.floor(store.series(metric, unit).time / 60) * 60)
            columns = [
                store.windows(metric, statistic, minutes, minutes + 60, unit)
                for statistic in ("Sum", "SampleCount", "Minimum", "Maximum")
            ]
            for minute, *values in zip(minutes.tolist(), *(column.tolist() for column in columns), strict=True):
                rows.writerow([f"{minute:.0f}", str(metric), unit, *(f"{value:.10g}" for value in values)])
