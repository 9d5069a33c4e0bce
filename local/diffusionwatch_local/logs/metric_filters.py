"""Metric filters: log events turned into metric data as they arrive.

Source: "Creating metrics from log events using filters" (CloudWatch Logs user guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cloudwatch_simulator import MetricId, MetricStore

from .filter_pattern import ABSENT, FilterPatternError, compile_pattern, parse_event, select

DIMENSIONS_A_FILTER = 3


class MetricFilters:
    """Applies the filters of a log group to its new events."""

    def __init__(self, store: MetricStore) -> None:
        self._store = store
        self._defaulted: dict[tuple[str, str], float] = {}

    def apply(self, filters: Iterable[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]) -> None:
        """``filters`` as DescribeMetricFilters gives them, ``events`` with ``timestamp`` in milliseconds."""
        for held in filters:
            matches = compile_pattern(held["filterPattern"])
            matching = [event for event in events if matches(event["message"])]
            for transformation in held["metricTransformations"]:
                for event in matching:
                    self._put(transformation, event)
                if not matching and events and "defaultValue" in transformation:
                    self._put_default(held, transformation, events[-1]["timestamp"] / 1000)

    def _put(self, transformation: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        parsed = parse_event(event["message"])
        value = _resolve(transformation["metricValue"], parsed)
        dimensions = {name: _text(select(at, parsed)) for name, at in (transformation.get("dimensions") or {}).items()}
        # An event that lacks the value or a dimension gives no metric.
        if value is None or None in dimensions.values():
            return
        metric = MetricId(
            transformation["metricNamespace"],
            transformation["metricName"],
            tuple((name, str(text)) for name, text in dimensions.items()),
        )
        self._store.put(metric, event["timestamp"] / 1000, [value], unit=transformation.get("unit"))

    def _put_default(self, held: Mapping[str, Any], transformation: Mapping[str, Any], timestamp: float) -> None:
        """Once a minute in which events came and none matched so far."""
        key, minute = (held["logGroupName"], held["filterName"]), timestamp // 60
        if self._defaulted.get(key) != minute:
            self._defaulted[key] = minute
            metric = MetricId(transformation["metricNamespace"], transformation["metricName"])
            value = float(transformation["defaultValue"])
            self._store.put(metric, timestamp, [value], unit=transformation.get("unit"))


def check(pattern: str, transformations: Sequence[Mapping[str, Any]]) -> None:
    """Raises FilterPatternError for a filter that could not be applied."""
    compile_pattern(pattern)
    for transformation in transformations:
        dimensions = transformation.get("dimensions") or {}
        if dimensions and "defaultValue" in transformation:
            raise FilterPatternError("a metric filter has dimensions or a default value, not both")
        if len(dimensions) > DIMENSIONS_A_FILTER:
            raise FilterPatternError(f"a metric filter has at most {DIMENSIONS_A_FILTER} dimensions")
        for selector in (transformation["metricValue"], *dimensions.values()):
            if re.fullmatch(r"\$\w+", selector):
                raise FilterPatternError(f"{selector} names a space-delimited field, which is not evaluated here")
        if not transformation["metricValue"].startswith("$"):
            try:
                float(transformation["metricValue"])
            except ValueError:
                raise FilterPatternError(
                    f"metricValue is a number or a JSON field, not {transformation['metricValue']!r}"
                ) from None


def _resolve(text: str, parsed: Any) -> float | None:
    if not text.startswith("$"):
        return float(text)
    value = select(text, parsed)
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return None if value is ABSENT or isinstance(value, (dict, list)) else str(value)
