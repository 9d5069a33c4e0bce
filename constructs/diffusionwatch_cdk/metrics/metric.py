"""A metric, and a measure: one metric, or an expression over several.

>>> completed = Metric("DiffusionWatch", "RequestsCompleted", (("Service", "image-api"),), "Sum", 300)
>>> measure("completed / PERIOD(completed)", completed=completed).metrics["completed"].name
'RequestsCompleted'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


class UnknownMetricError(ValueError):
    """An alarm or a widget looks at a metric that nobody emits in that form."""


@dataclass(frozen=True)
class Metric:
    """One metric with its complete dimension set: CloudWatch finds nothing by a part of it."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str = "Average"
    period: int = 60
    """seconds"""

    def of(self, stat: str, period: int | None = None) -> Metric:
        """The same metric by another statistic or period."""
        return replace(self, stat=stat, period=period or self.period)

    def stat_properties(self) -> dict[str, Any]:
        """As MetricStat of AWS::CloudWatch::Alarm."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        return {
            "Metric": {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions},
            "Period": self.period,
            "Stat": self.stat,
        }


@dataclass(frozen=True)
class Measure:
    """What an alarm compares: ``expression`` over the metrics by their ids; empty for one metric as it is."""

    metrics: Mapping[str, Metric]
    expression: str = ""
    label: str = ""
    period: int = 0
    """seconds of a Metrics Insights query; 0 for metric math, whose metrics carry it"""
    mentions: tuple[Metric, ...] = ()
    """metrics that a Metrics Insights query reads: by namespace, name and dimension names"""

    @property
    def looked_at(self) -> tuple[Metric, ...]:
        """Every metric that somebody must emit for this to mean anything."""
        return (*self.metrics.values(), *self.mentions)

    def renamed(self, prefix: str) -> str:
        """The expression with ``prefix`` before each metric's id: several measures then share one widget."""
        return re.sub(r"[A-Za-z_]\w*", lambda word: prefix * (word[0] in self.metrics) + word[0], self.expression)

    def queries(self) -> list[dict[str, Any]]:
        """As Metrics of AWS::CloudWatch::Alarm: exactly one returns data."""
        inputs: list[dict[str, Any]] = [
            {"Id": name, "MetricStat": metric.stat_properties(), "ReturnData": not self.expression}
            for name, metric in self.metrics.items()
        ]
        if self.expression:
            result: dict[str, Any] = {"Id": "result", "Expression": self.expression, "ReturnData": True}
            result |= {"Label": self.label} if self.label else {}
            result |= {"Period": self.period} if self.period else {}
            inputs.append(result)
        return inputs


def measure(expression: str | Metric, *, label: str = "", **metrics: Metric) -> Measure:
    """An expression over named metrics, or a single metric as it is."""
    if isinstance(expression, Metric):
        return Measure({"value": expression}, label=label)
    return Measure(metrics, expression, label)
