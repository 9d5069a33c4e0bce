"""Anomaly-detection bands on a graph.

CloudWatch learns a band from two weeks of data, by hour and weekday. Nobody learns here: a graph gets a stand-in from
the data that it shows, and says so; alarms never see it.

>>> queries = [{"Id": "m", "ReturnData": False}, {"Id": "b", "Expression": "ANOMALY_DETECTION_BAND(m, 3)"}]
>>> rest, (band,) = without_bands(queries)
>>> rest, band
([{'Id': 'm', 'ReturnData': True}], Band(id='b', of='m', deviations=3.0))
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

STAND_IN = "The band is a stand-in, from what the graph shows; CloudWatch learns it in two weeks."
AROUND = 18
"""Points before and after one among which the usual is looked for: three hours at five minutes."""
FEWEST = 6
"""Points of a graph below which nothing is usual."""
OF_A_NORMAL = 1.4826
"""Standard deviations of normal data in one median absolute deviation."""
LEAST = 0.02
"""Of the usual, its least deviation: data that repeats itself has none."""
_BAND = re.compile(r"\s*ANOMALY_DETECTION_BAND\(\s*(\w+)\s*(?:,\s*(\d+(?:\.\d+)?)\s*)?\)\s*")
DEVIATIONS = 2.0
"""Of a band that names none ("ANOMALY_DETECTION_BAND")."""

Point = Sequence[float]


@dataclass(frozen=True)
class Band:
    """The query ``id`` is the band of the query ``of``."""

    id: str
    of: str
    deviations: float


def without_bands(queries: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[Band]]:
    """The queries that data answers, those under a band with their data, and the bands."""
    bands = [
        Band(str(query["Id"]), found[1], float(found[2] or DEVIATIONS))
        for query in queries
        if (found := _BAND.fullmatch(str(query.get("Expression", ""))))
    ]
    own, under = {band.id for band in bands}, {band.of for band in bands}
    rest = [dict(query) for query in queries if query["Id"] not in own]
    return [{**query, "ReturnData": True} if query["Id"] in under else query for query in rest], bands


def usual(points: Sequence[Point], deviations: float) -> list[list[float]]:
    """Moments with the lower and the upper edge: the median around each, as far apart as the data is from it.

    >>> usual([[60 * n, 10.0] for n in range(6)], 2)[0]
    [0, 9.6, 10.4]
    """
    if len(points) < FEWEST:
        return []
    values = np.array([point[1] for point in points], dtype=np.float64)
    around = np.pad(values, AROUND, mode="reflect" if len(values) > AROUND else "edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(around, 2 * AROUND + 1), axis=1)
    spread = OF_A_NORMAL * float(np.median(np.abs(values - middle)))
    wide = deviations * np.maximum(spread, LEAST * np.abs(middle))
    return [
        [point[0], round(float(low), 6), round(float(high), 6)]
        for point, low, high in zip(points, middle - wide, middle + wide, strict=True)
    ]
