"""Events as embedded-metric-format documents. Source of the rules: "Specification: Embedded metric format".

>>> encoder = EmfEncoder(environment="prod", service="image-api", log_stream="host/1")
>>> document, = encoder.encode(Event(1767571200000, {"RequestsCompleted": 1}, model="sdxl"))
>>> orjson.loads(document.body)["RequestsCompleted"], orjson.loads(document.body)["Model"]
(1, 'sdxl')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson

from diffusionwatch import limits, validity
from diffusionwatch.catalog import ERROR_CLASS, METRICS, MODEL, NAMESPACE, SERVICE, log_group
from diffusionwatch.records import Document, Event


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
        self._repaired, self._event_bytes = repaired, event_bytes
        self._root = {
            "Environment": validity.dimension(environment, repaired),
            "Service": validity.dimension(service, repaired),
        }
        self._log = {
            "LogGroupName": log_group_name or log_group(environment, service),
            "LogStreamName": log_stream,
        }
        self._heads: dict[tuple[object, ...], bytes] = {}
        self._models: dict[str, str] = {}

    def encode(self, event: Event) -> list[Document]:
        """The event as documents: one, or more where a metric has over 100 values."""
        metrics, model, error_class = event.metrics, event.model, event.error_class
        rest: dict[str, list[float]] = {}
        for name, value in metrics.items():
            if type(value) is list and len(value) > limits.VALUES_PER_METRIC:
                rest[name] = value[limits.VALUES_PER_METRIC :]
        if rest:
            metrics = {**metrics, **{name: metrics[name][: limits.VALUES_PER_METRIC] for name in rest}}  # type: ignore[index]
        shape = (*metrics, model is not None, error_class is not None)
        head = self._heads.get(shape) or self._head(shape)
        root: dict[str, object] = {**self._root, **metrics}
        if model is not None:
            root["Model"] = self._models.get(model) or self._model(model)
        if error_class is not None:
            root["ErrorClass"] = error_class
        size = len(root)
        if event.properties:
            validity.add_properties(root, event.properties, self._repaired)
        body = self._dump(head, event.timestamp_ms, root)
        if len(body) > self._event_bytes:
            self._repaired("properties too large for one event")
            body = self._dump(head, event.timestamp_ms, dict(list(root.items())[:size]))
        document = Document(body, event.timestamp_ms, event.requests)
        return [document, *self.encode(replace(event, metrics=rest, requests=0))] if rest else [document]

    def _dump(self, head: bytes, timestamp_ms: int, root: dict[str, object]) -> bytes:
        try:
            members = orjson.dumps(root)
        except TypeError:
            # Half a surrogate pair: the one thing in clean values that UTF-8 cannot write.
            self._repaired("text that is not Unicode")
            members = orjson.dumps(validity.unicode(root))
        # Only the timestamp and the members differ between two events of one shape.
        return b'{"_aws":{"Timestamp":%d,%b%b' % (timestamp_ms, head, members[1:])

    def _model(self, model: str) -> str:
        """The model as a dimension's value."""
        if len(self._models) >= limits.MODELS:
            self._repaired("more models than a dimension should have values")
            return "other"
        known = self._models[model] = validity.dimension(model, self._repaired)
        return known

    def _head(self, shape: tuple[object, ...]) -> bytes:
        """What follows the timestamp up to the root's members; the same for all events of one shape."""
        *names, model, error = shape
        present = [SERVICE] + [MODEL] * bool(model) + [ERROR_CLASS] * bool(error)
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
        head = orjson.dumps(aws)[1:] + b","
        if len(self._heads) < 1000:
            self._heads[shape] = head
        return head
