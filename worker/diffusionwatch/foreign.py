"""Events whose names are not the catalogue's: anybody's namespace, dimensions and units, made valid and encoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from diffusionwatch import limits, validity
from diffusionwatch.records import Document
from diffusionwatch.validity import Repaired


class ForeignMetric(NamedTuple):
    """Values of one metric, its unit, and its storage resolution in seconds (1 or 60)."""

    values: Any
    unit: str = "None"
    resolution: int = 60


@dataclass
class ForeignEvent:
    """What an application measured in terms of its own."""

    namespace: str
    meta: dict[str, Any]
    """Members of ``_aws``: ``Timestamp`` in milliseconds, ``LogGroupName``, ``LogStreamName``."""
    dimension_sets: list[dict[str, Any]]
    metrics: dict[Any, ForeignMetric]
    properties: dict[Any, Any] = field(default_factory=dict)

    def documents(
        self, log_stream: str, now_ms: int, repaired: Repaired, event_bytes: int = limits.EVENT_BYTES
    ) -> list[Document]:
        """The event as documents of at most 100 metrics of at most 100 values, and of ``event_bytes``.

        Raises ``ValueError`` when not even one value fits beside the dimensions.
        """
        meta = {"LogStreamName": log_stream, "Timestamp": now_ms, **self.meta}
        timestamp = meta["Timestamp"] = int(meta["Timestamp"])
        dimensions, names = self._dimensions(repaired)
        metrics = self._metrics(dimensions, repaired)
        root: dict[str, Any] = dict(dimensions)
        kept = {k: v for k, v in self.properties.items() if not self._hides(k, dimensions, metrics, repaired)}
        validity.add_properties(root, kept, repaired)
        documents = []
        parts = list(_parts(metrics))[::-1]
        while parts:
            part = parts.pop()
            definitions = [
                {"Name": name, "Unit": metric.unit} | ({"StorageResolution": 1} if metric.resolution == 1 else {})
                for name, metric in part.items()
            ]
            directive = {"Namespace": self.namespace, "Dimensions": names, "Metrics": definitions}
            values = {name: m.values[0] if len(m.values) == 1 else m.values for name, m in part.items()}
            for members in (root, dimensions):
                body = orjson.dumps(
                    validity.unicode({"_aws": {**meta, "CloudWatchMetrics": [directive]}, **members, **values})
                )
                if len(body) <= event_bytes:
                    documents.append(Document(body, timestamp))
                    break
                if members is root and kept:
                    repaired("properties too large for one event")
            else:
                parts += _halves(part)
        return documents

    def _dimensions(self, repaired: Repaired) -> tuple[dict[str, str], list[list[str]]]:
        values: dict[str, str] = {}
        sets = []
        for given in self.dimension_sets:
            if len(given) > limits.DIMENSIONS_PER_SET:
                repaired("more than 30 dimensions")
            clean = {
                validity.name(key, repaired): validity.dimension(value, repaired)
                for key, value in list(given.items())[: limits.DIMENSIONS_PER_SET]
            }
            values.update(clean)
            sets.append(list(clean))
        return values, sets or [[]]

    def _metrics(self, dimensions: dict[str, str], repaired: Repaired) -> dict[str, ForeignMetric]:
        metrics = {}
        for key, metric in self.metrics.items():
            name = validity.name(key, repaired)
            given = metric.values if isinstance(metric.values, (list, tuple)) else [metric.values]
            values = [n for n in (validity.number(value, repaired) for value in given) if n is not None]
            if name in dimensions or name == "_aws":
                repaired("metric with the name of a dimension")
            elif values:
                metrics[name] = metric._replace(values=values)
        return metrics

    def _hides(self, name: Any, dimensions: dict[str, str], metrics: dict[str, ForeignMetric], r: Repaired) -> bool:
        if name in dimensions or name in metrics or name == "_aws":
            r("property with the name of a metric or dimension")
            return True
        return False


def _halves(part: dict[str, ForeignMetric]) -> list[dict[str, ForeignMetric]]:
    """A part that one document does not take, as two, the first of them last."""
    metrics = list(part.items())
    if (half := len(metrics) // 2) > 0:
        return [dict(metrics[half:]), dict(metrics[:half])]
    ((name, metric),) = metrics
    if (half := len(metric.values) // 2) > 0:
        return [{name: metric._replace(values=values)} for values in (metric.values[half:], metric.values[:half])]
    raise ValueError("dimensions too large for one event")


def _parts(metrics: dict[str, ForeignMetric]) -> Iterator[dict[str, ForeignMetric]]:
    """The metrics in parts that one document takes."""
    while metrics:
        first = dict(list(metrics.items())[: limits.METRICS_PER_DIRECTIVE])
        yield {name: m._replace(values=m.values[: limits.VALUES_PER_METRIC]) for name, m in first.items()}
        metrics = {
            name: m._replace(values=m.values[limits.VALUES_PER_METRIC :]) if name in first else m
            for name, m in metrics.items()
            if name not in first or len(m.values) > limits.VALUES_PER_METRIC
        }
