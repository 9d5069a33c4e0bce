"""GetMetricData over a store: metrics, metric math and SEARCH, as a dashboard asks for them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cloudwatch_simulator.alarms.metric import read_query
from cloudwatch_simulator.alarms.model import MetricQuery
from cloudwatch_simulator.errors import ScenarioError
from cloudwatch_simulator.evaluation.sampling import Data, QueryInputs, Windows
from cloudwatch_simulator.metric_math.evaluate import result
from cloudwatch_simulator.metric_math.grammar import Call, Node, Number, names, parse
from cloudwatch_simulator.metric_math.values import Frame, SeriesArray, TimeSeries
from cloudwatch_simulator.metrics import MetricId
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.store import MetricStore


@dataclass(frozen=True)
class QueryResult:
    """One time series of an answer; a query that gives several has one result for each, of the same id."""

    id: str
    label: str
    timestamps: Floats
    values: Floats
    period: int


def evaluate_queries(
    queries: Sequence[Mapping[str, Any]], store: MetricStore, start: float, end: float
) -> list[QueryResult]:
    """The MetricDataQueries of GetMetricData; missing points are absent, oldest first.

    >>> store = MetricStore()
    >>> from cloudwatch_simulator import MetricId
    >>> store.put(MetricId.of("Fleet", "Images"), 60.0, [4])
    >>> evaluate_queries([{"Id": "m", "MetricStat": {"Metric": {"Namespace": "Fleet", "MetricName": "Images"},
    ...     "Stat": "Sum", "Period": 60}}], store, 0, 120)[0].values.tolist()
    [4.0]
    """
    read = tuple(read_query(query) for query in queries)
    ids = [query.id for query in read]
    if len(set(ids)) < len(ids):
        raise ScenarioError(f"the id {next(i for i in ids if ids.count(i) > 1)} is given twice")
    results: list[QueryResult] = []
    inputs: dict[int, tuple[QueryInputs, Frame]] = {}
    for query in read:
        if query.returns:
            period = _period(query, read)
            if period not in inputs:
                starts = np.arange(math.floor(start / period) * period, end, period, dtype=np.float64)
                windows = Windows(starts, starts + period)
                inputs[period] = QueryInputs(read, Data(store), windows, period), Frame(starts, period)
            results.extend(_results(query, *inputs[period]))
    return results


def _period(query: MetricQuery, queries: Sequence[MetricQuery], depth: int = 0) -> int:
    """An expression without a period has that of the metrics it names, or the longest of the request."""
    if query.period is not None:
        return query.period
    node = parse(query.expression) if query.expression and not _sql(query.expression) else None
    searched = _search_period(node) if node else None
    if searched is not None:
        return searched
    named = names(node) if node else []
    known = {other.id: other for other in queries}
    periods = [_period(known[name], queries, depth + 1) for name in named if name in known and depth < len(queries)]
    return max(periods or [other.period for other in queries if other.period is not None] or [300])


def _search_period(node: Node) -> int | None:
    """The period that a SEARCH itself names."""
    if not isinstance(node, Call):
        return None
    if node.function == "SEARCH" and isinstance(node.arguments[-1], Number):
        return int(node.arguments[-1].value)
    return next((found for part in node.arguments if (found := _search_period(part)) is not None), None)


def _sql(expression: str) -> bool:
    return expression.lstrip().upper().startswith("SELECT ")


def _results(query: MetricQuery, inputs: QueryInputs, frame: Frame) -> list[QueryResult]:
    value = inputs.lookup(query.id, frame)
    assert value is not None
    found = result(value, query.expression or query.id, frame)
    items = found.items if isinstance(found, SeriesArray) else (found,)
    return [_result(query, item, frame, alone=isinstance(found, TimeSeries)) for item in items]


def _result(query: MetricQuery, item: TimeSeries, frame: Frame, *, alone: bool) -> QueryResult:
    there = ~np.isnan(item.points)
    label = query.label if query.label and alone else item.label or query.label or query.id
    if query.expression and alone and not query.label:
        label = query.id
    if item.metric is not None and "${PROP(" in query.label:
        label = _dynamic(query.label, item.metric)
    return QueryResult(query.id, label, frame.times[there], item.points[there], frame.period)


_PROPERTY = re.compile(r"\$\{PROP\('([^']+)'\)\}")


def _dynamic(label: str, metric: MetricId) -> str:
    """A dynamic label with the metric's own properties ("Using dynamic labels"); others stay as they are written.

    >>> _dynamic("GPU ${PROP('Dim.index')}", MetricId.of("CWAgent", "Heat", {"index": "3"}))
    'GPU 3'
    """
    known = {"Namespace": metric.namespace, "MetricName": metric.name}
    known |= {f"Dim.{name}": value for name, value in metric.dimensions}
    return _PROPERTY.sub(lambda found: known.get(found[1], found[0]), label)
