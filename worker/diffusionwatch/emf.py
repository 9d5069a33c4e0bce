"""Events as embedded-metric-format documents. Source of the rules: "Specification: Embedded metric format".

>>> encoder = EmfEncoder(environment="prod", service="image-api", log_stream="host/1")
>>> document, = encoder.encode(Event(1767571200000, {"RequestsCompleted": 1}, model="sdxl"))
>>> document.body[-76:]
b'"Environment":"prod","Service":"image-api","Model":"sdxl","RequestsCompleted":1}'[-76:]
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from diffusionwatch import limits, validity
from diffusionwatch.catalog import ERROR_CLASS, FAULTS, METRICS, MODEL, NAMESPACE, REJECTIONS, log_group
from diffusionwatch.records import Document, Event

_ERROR_CLASSES = frozenset(FAULTS) | frozenset(REJECTIONS)


class EmfEncoder:
    """Encodes events of one process. ``repaired`` is called with the reason of each repair."""

    def __init__(
        self,
        *,
        environment: str,
        service: str,
        log_stream: str,
        log_group_name: str | None = None,
        repaired: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._repaired = repaired
        self._root = {
            "Environment": validity.dimension(environment, repaired),
            "Service": validity.dimension(service, repaired),
        }
        self._log = {
            "LogGroupName": log_group_name or log_group(environment, service),
            "LogStreamName": log_stream,
        }
        self._heads: dict[tuple[object, ...], bytes] = {}
        self._models: dict[object, str] = {}

    def encode(self, event: Event) -> list[Document]:
        """The event as documents: one, or more where a metric has over 100 values."""
        metrics, rest = self._metrics(event)
        if not metrics:
            return []
        root: dict[str, object] = dict(self._root)
        if event.model is not None:
            root["Model"] = self._model(event.model)
        if event.error_class is not None:
            root["ErrorClass"] = event.error_class if event.error_class in _ERROR_CLASSES else "internal"
        head = self._head(tuple(metrics), event.model is not None, event.error_class is not None)
        root.update(metrics)
        small = len(root)
        if event.properties:
            root.update(validity.properties(event.properties, self._repaired))
        body = head % event.timestamp_ms + self._dump(root)[1:]
        if len(body) > limits.EVENT_BYTES:
            self._repaired("properties too large for one event")
            body = head % event.timestamp_ms + orjson.dumps(dict(list(root.items())[:small]))[1:]
        document = Document(body, event.timestamp_ms, event.requests)
        return [document, *self.encode(event._replace(metrics=rest, requests=0))] if rest else [document]

    def _dump(self, root: dict[str, object]) -> bytes:
        try:
            return orjson.dumps(root)
        except TypeError:
            # Half a surrogate pair: the one thing in clean values that UTF-8 cannot write.
            self._repaired("text that is not Unicode")
            return orjson.dumps({_unicode(key): _unicode(value) for key, value in root.items()})

    def _metrics(self, event: Event) -> tuple[dict[str, object], dict[str, list[float]]]:
        """The metrics of the first document, and what has to go into a further one."""
        metrics: dict[str, object] = {}
        rest: dict[str, list[float]] = {}
        for name, value in event.metrics.items():
            kind = type(value)
            if (kind is int or kind is float) and -1e15 < value < 1e15:  # type: ignore[operator]
                metrics[name] = value
            elif kind is list:
                values = [n for n in (validity.number(v, self._repaired) for v in value) if n is not None]  # type: ignore[union-attr]
                if values:
                    metrics[name] = values[: limits.VALUES_PER_METRIC]
                if len(values) > limits.VALUES_PER_METRIC:
                    rest[name] = values[limits.VALUES_PER_METRIC :]
            elif (plain := validity.number(value, self._repaired)) is not None:
                metrics[name] = plain
        return metrics, rest

    def _model(self, model: object) -> str:
        try:
            known = self._models.get(model)
        except TypeError:  # not hashable, so not text
            return validity.dimension(model, self._repaired)
        if known is None:
            if len(self._models) >= limits.MODELS:
                self._repaired("more models than a dimension should have values")
                return "other"
            known = self._models[model] = validity.dimension(model, self._repaired)
        return known

    def _head(self, names: tuple[str, ...], model: bool, error: bool) -> bytes:
        """Everything up to the timestamp's value; the same for all events of one shape."""
        key = (names, model, error)
        head = self._heads.get(key)
        if head is None:
            present = [("Environment", "Service")] + [MODEL] * model + [ERROR_CLASS] * error
            directives: dict[tuple[tuple[str, ...], ...], list[dict[str, str]]] = {}
            for name in names:
                metric = METRICS[name]
                sets = tuple(one for one in present if one in metric.dimension_sets)
                directives.setdefault(sets, []).append({"Name": name, "Unit": metric.unit})
            aws = {
                **self._log,
                "CloudWatchMetrics": [
                    {"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": metrics} for sets, metrics in directives.items()
                ],
            }
            head = b'{"_aws":' + orjson.dumps(aws)[:-1].replace(b"%", b"%%") + b',"Timestamp":%d},'
            if len(self._heads) < 1000:
                self._heads[key] = head
        return head


def _unicode(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_unicode(item) for item in value]
    if isinstance(value, dict):
        return {_unicode(key): _unicode(item) for key, item in value.items()}
    return value
