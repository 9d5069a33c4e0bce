"""Whether metrics arrive: the newest datapoint of each, by GetMetricData, and who was ever heard of, by ListMetrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .source import Source

LOOK_BACK = 3 * 3600
"""Seconds that are searched for a datapoint: what ListMetrics calls recently active, and what one query may span."""
QUERIES_A_CALL = 500
"""GetMetricData's limit ("GetMetricData", CloudWatch API reference)."""


@dataclass(frozen=True)
class Arrival:
    """``newest`` is the minute of the newest datapoint, seconds since the epoch; None when there is none within reach.

    ``known`` says whether CloudWatch lists the metric at all: it had a datapoint within two weeks.
    """

    newest: float | None
    known: bool


def arrivals(cloudwatch: Any, wanted: Iterable[Source], now: float) -> dict[Source, Arrival]:
    """The arrival of each source. ``now`` is in seconds since the epoch; ``cloudwatch`` is a boto3 client."""
    found = dict.fromkeys(wanted)
    metrics = [source for source in found if not source.query]
    calls = [metrics[start : start + QUERIES_A_CALL] for start in range(0, len(metrics), QUERIES_A_CALL)]
    # A call takes one Metrics Insights query ("CloudWatch Metrics Insights quotas").
    calls += [[source] for source in found if source.query]
    newest: dict[Source, float] = {}
    for call in calls:
        newest |= _newest(cloudwatch, call, now)
    return {source: Arrival(newest.get(source), source in newest or _is_listed(cloudwatch, source)) for source in found}


def _newest(cloudwatch: Any, asked: Sequence[Source], now: float) -> dict[Source, float]:
    found: dict[Source, float] = {}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[source.question(f"m{place}") for place, source in enumerate(asked)],
        StartTime=datetime.fromtimestamp(now - LOOK_BACK, timezone.utc),
        EndTime=datetime.fromtimestamp(now + 60, timezone.utc),
        ScanBy="TimestampDescending",
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            source = asked[int(result["Id"][1:])]
            times = [stamp.timestamp() for stamp in result["Timestamps"]]
            if times:
                found[source] = max(*times, found.get(source, 0.0))
    return found


def _is_listed(cloudwatch: Any, source: Source) -> bool:
    metric = source.metric()
    pages = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace=metric["Namespace"], MetricName=metric["MetricName"], Dimensions=metric["Dimensions"]
    )
    return any(source.query or _dimensions(one) == dict(source.dimensions) for page in pages for one in page["Metrics"])


def _dimensions(metric: Mapping[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in metric.get("Dimensions", ())}
