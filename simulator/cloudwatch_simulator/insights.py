"""Metrics Insights queries of the simple kind."""

from __future__ import annotations

from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.metric_math.values import SeriesArray
from cloudwatch_simulator.series import Floats
from cloudwatch_simulator.store import MetricStore


def select(query: str, store: MetricStore, starts: Floats, ends: Floats) -> SeriesArray:
    """The series of a query, one a group."""
    raise Unsupported("SELECT", "not yet")
