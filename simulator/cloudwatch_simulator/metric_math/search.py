"""SEARCH expressions over the metrics of a store ("CloudWatch search expression syntax")."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwatch_simulator.errors import Unsupported
from cloudwatch_simulator.metrics import MetricId


def search(expression: str, metrics: Iterable[MetricId]) -> list[tuple[MetricId, str]]:
    """The metrics that match, with a label each."""
    raise Unsupported("SEARCH", "not yet")
