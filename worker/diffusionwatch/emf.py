"""Events as embedded-metric-format documents. Source of the rules: "Specification: Embedded metric format".

>>> encoder = EmfEncoder(environment="prod", service="image-api", log_stream="host/1")
>>> document, = encoder.encode(Event(1767571200000, {"RequestsCompleted": 1}, model="sdxl"))
>>> orjson.loads(document.body)["RequestsCompleted"], orjson.loads(document.body)["Model"]
(1, 'sdxl')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import orjson

from diffusionwatch import limits, validity
from diffusionwatch.catalog import ERROR_CLASS, METRICS, MODEL, NAMESPACE, SERVICE, log_group
from diffusionwatch.records import Document, Event

SHAPES = 1000
"""Heads that are kept, of some kilobytes each: a hundred models, and the ways in which their requests end."""


class EmfEncoder:
    """Encodes events of one process. ``repaired`` is called with the reason of each repair."""

    def __init__(
        self,
        *,
        environment: str,
        service: str,
        log_stream: str,
        log_group_name: str | None = None,
        event_bytes: int = limits.EVENT_BYTES,
        repaired: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self.log_stream = log_stream
        self.event_bytes = event_bytes
        """Of the largest event that may be made."""
        self.models: dict[str, str] = {}
        """The models that were seen, and how each is written as a dimension's value."""
        self._repaired = repaired
        self._root = {
            "Environment": validity.dimension(environment, repaired),
            "Service": validity.dimension(service, repaired),
        }
        self._log = {
            "LogGroupName": log_group_name or log_group(environment, service),
            "LogStreamName": log_stream,
        }
        self._heads: dict[tuple[str | None, ...], bytes] = {}

    def encode(self, event: Event) -> list[Document]:
        """The event as documents: one, or more where a metric has over 100 values."""
        metrics, model = event.metrics, event.model
        rest: dict[str, list[float]] = {}
        for name, value in metrics.items():
            if type(value) is list and len(value) > limits.VALUES_PER_METRIC:
                rest[name] = value[limits.VALUES_PER_METRIC :]
        if rest:
            metrics = {**metrics, **{name: metrics[name][: limits.VALUES_PER_METRIC] for name in rest}}  # type: ignore[index]
        if model is not None:
            model = self.models.get(model) or self._model(model)
        head = self.head(model, event.error_class, *metrics)
        root: dict[str, object] = dict(metrics)
        if event.properties:
            validity.add_properties(root, event.properties, self._repaired)
        body = line(event.timestamp_ms, head, self._members(root))
        if len(body) > self.event_bytes:
            self._repaired("properties too large for one event")
            body = line(event.timestamp_ms, head, self._members(metrics))
        document = Document(body, event.timestamp_ms, event.requests)
        return [document, *self.encode(replace(event, metrics=rest, requests=0))] if rest else [document]

    def head(self, model: str | None, error_class: str | None, *metrics: str) -> bytes:
        """What follows an event's timestamp up to the values of its metrics; the same for all events of one shape."""
        shape = (model, error_class, *metrics)
        return self._heads.get(shape) or self._head(shape)

    def _members(self, root: Mapping[str, object]) -> bytes:
        try:
            return orjson.dumps(root)
        except TypeError:
            # Half a surrogate pair: the one thing in clean values that UTF-8 cannot write.
            self._repaired("text that is not Unicode")
            return orjson.dumps(validity.unicode(root))

    def _model(self, model: str) -> str:
        """The model as a dimension's value."""
        if len(self.models) >= limits.MODELS:
            self._repaired("more models than a dimension should have values")
            return "other"
        known = self.models[model] = validity.dimension(model, self._repaired)
        return known

    def _head(self, shape: tuple[str | None, ...]) -> bytes:
        model, error_class, *names = shape
        dimensions = {"Model": model, "ErrorClass": error_class}
        root = {**self._root, **{name: value for name, value in dimensions.items() if value is not None}}
        present = [one for one in (SERVICE, MODEL, ERROR_CLASS) if set(one) <= set(root)]
        directives: dict[tuple[tuple[str, ...], ...], list[dict[str, str]]] = {}
        for name in names:
            metric = METRICS[str(name)]
            sets = tuple(one for one in present if one in metric.dimension_sets)
            directives.setdefault(sets, []).append({"Name": metric.name, "Unit": metric.unit})
        aws = {
            **self._log,
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": metrics} for sets, metrics in directives.items()
            ],
        }
        head = b",%b,%b," % (orjson.dumps(aws)[1:], orjson.dumps(root)[1:-1])
        if len(self._heads) < SHAPES:
            self._heads[shape] = head
        return head


def line(timestamp_ms: int, head: bytes, members: bytes) -> bytes:
    """An event of its head and its encoded metrics and properties: only these differ between two events of a shape."""
    return b"".join((b'{"_aws":{"Timestamp":', orjson.dumps(timestamp_ms), head, members[1:]))
