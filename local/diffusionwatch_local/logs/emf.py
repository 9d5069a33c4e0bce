"""Metrics out of a log event in embedded metric format.

Source: "Specification: Embedded metric format" (CloudWatch user guide). Names and namespaces are held to the 255
characters of PutMetricData, not to the 1,024 of that page's schema: CloudWatch takes no longer ones.

>>> event = '{"_aws":{"Timestamp":60000,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[[]],' \\
...         '"Metrics":[{"Name":"m"}]}]},"m":[1,2]}'
>>> [(str(datum.metric), datum.values) for datum in extract(event)]
[('N/m', (1, 2))]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from cloudwatch_simulator import MetricId, MetricStore
from cloudwatch_simulator.metrics import UNITS

METRICS_A_DIRECTIVE = 100
DIMENSIONS_A_SET = 30
VALUES_A_TARGET = 100
NAME_LENGTH = 255
DIMENSION_VALUE_LENGTH = 1024
LARGEST = 2.0**360
"""PutMetricData's bound on values, either sign."""


class EmfError(ValueError):
    """An event that says it holds metrics and does not say it rightly. ``counted_as`` is the metric of ``AWS/Logs``."""

    counted_as = "EMFValidationErrors"


class EmfParsingError(EmfError):
    """Not one JSON object, though it speaks of ``CloudWatchMetrics``."""

    counted_as = "EMFParsingErrors"


@dataclass(frozen=True)
class Statistics:
    """A statistic set, as OpenTelemetry's EMF exporter writes one."""

    sum: float
    count: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Datum:
    """One metric of one dimension set of an event, at ``timestamp`` in seconds since the epoch."""

    metric: MetricId
    timestamp: float
    values: tuple[float, ...]
    counts: tuple[float, ...] | None
    statistics: Statistics | None
    unit: str
    resolution: int

    def put(self, store: MetricStore) -> None:
        if self.statistics is None:
            store.put(self.metric, self.timestamp, self.values, self.counts, self.unit, self.resolution)
        else:
            held = self.statistics
            store.put_statistics(
                self.metric,
                self.timestamp,
                sum=held.sum,
                count=held.count,
                minimum=held.minimum,
                maximum=held.maximum,
                unit=self.unit,
                resolution=self.resolution,
            )


def extract(message: str) -> list[Datum]:
    """The metrics of a log event; none where it is not embedded metric format.

    All or nothing: an event with a fault yields none of its metrics, so that a fault shows at once.

    Raises:
        EmfParsingError: it cannot be parsed.
        EmfError: it breaks the specification; the message says where.
    """
    if "CloudWatchMetrics" not in message:
        return []
    try:
        root = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise EmfParsingError(f"not one valid JSON object: {error}") from None
    if not isinstance(root, dict):
        raise EmfParsingError(f"the event is a JSON object, not {_kind(root)}")
    if "_aws" in root:
        header = _typed(root, "_aws", dict, "")
        timestamp = _typed(header, "Timestamp", int, "_aws.")
    elif root.get("Version") == "0":  # the older form, which the agent's Prometheus path still writes
        header, timestamp = root, _old_timestamp(root)
    else:
        return []
    directives = _typed(header, "CloudWatchMetrics", list, "_aws.")
    return [
        datum
        for index, directive in enumerate(directives)
        for datum in _directive(root, directive, timestamp / 1000, f"_aws.CloudWatchMetrics[{index}]")
    ]


def _directive(root: dict[str, Any], directive: Any, timestamp: float, where: str) -> Iterator[Datum]:
    if not isinstance(directive, dict):
        raise EmfError(f"{where} is an object, not {_kind(directive)}")
    namespace = _name(directive, "Namespace", where)
    metrics = _typed(directive, "Metrics", list, f"{where}.")
    if len(metrics) > METRICS_A_DIRECTIVE:
        raise EmfError(f"{where}.Metrics holds {len(metrics)} metrics; at most {METRICS_A_DIRECTIVE}")
    sets = _typed(directive, "Dimensions", list, f"{where}.")
    dimension_sets = [_dimensions(root, names, f"{where}.Dimensions[{i}]") for i, names in enumerate(sets)]
    for index, definition in enumerate(metrics):
        at = f"{where}.Metrics[{index}]"
        if not isinstance(definition, dict):
            raise EmfError(f"{at} is an object, not {_kind(definition)}")
        name = _name(definition, "Name", at)
        unit = definition.get("Unit", "None")
        if unit not in UNITS:
            raise EmfError(f"{at}.Unit {unit!r} is no unit of CloudWatch")
        resolution = definition.get("StorageResolution", 60)
        if resolution not in (1, 60) or isinstance(resolution, bool):
            raise EmfError(f"{at}.StorageResolution is 1 or 60, not {resolution!r}")
        values, counts, statistics = _target(root, name)
        for dimensions in dimension_sets:
            metric = MetricId(namespace, name, dimensions)
            yield Datum(metric, timestamp, values, counts, statistics, unit, resolution)


def _dimensions(root: dict[str, Any], names: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(names, list):
        raise EmfError(f"{where} is a list of names, not {_kind(names)}")
    if len(names) > DIMENSIONS_A_SET:
        raise EmfError(f"{where} holds {len(names)} dimensions; at most {DIMENSIONS_A_SET}")
    found = []
    for name in names:
        value = root.get(name) if isinstance(name, str) else None
        if not isinstance(value, str):
            raise EmfError(f"dimension {name!r} of {where} is a string at the root of the event, not {_kind(value)}")
        if not 1 <= len(value) <= DIMENSION_VALUE_LENGTH:
            raise EmfError(f"dimension {name!r} has {len(value)} characters; 1 to {DIMENSION_VALUE_LENGTH}")
        found.append((name, value))
    return tuple(found)


def _target(root: dict[str, Any], name: str) -> tuple[tuple[float, ...], tuple[float, ...] | None, Statistics | None]:
    """The metric's values, their counts where given, or its statistic set."""
    target = root.get(name)
    if isinstance(target, dict):
        if "Values" in target:
            values = _numbers(target["Values"], f"{name}.Values")
            counts = _numbers(target.get("Counts", [1] * len(values)), f"{name}.Counts")
            if len(values) != len(counts):
                raise EmfError(f"metric {name!r} has {len(values)} Values and {len(counts)} Counts")
            return values, counts, None
        total, count, low, high = (_number(target.get(key), f"{name}.{key}") for key in ("Sum", "Count", "Min", "Max"))
        return (), None, Statistics(total, count, low, high)
    if isinstance(target, list):
        return _numbers(target, name), None, None
    return (_number(target, name),), None, None


def _numbers(values: Any, name: str) -> tuple[float, ...]:
    if not isinstance(values, list):
        raise EmfError(f"metric {name!r} is a list of numbers, not {_kind(values)}")
    if len(values) > VALUES_A_TARGET:
        raise EmfError(f"metric {name!r} has {len(values)} values; at most {VALUES_A_TARGET}")
    return tuple(_number(value, name) for value in values)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise EmfError(f"metric {name!r} is a number, or a list of them, at the root of the event, not {_kind(value)}")
    if not -LARGEST <= value <= LARGEST:
        raise EmfError(f"metric {name!r} is {value}, beyond 2^360")
    return value


def _name(holder: dict[str, Any], key: str, where: str) -> str:
    name: str = _typed(holder, key, str, f"{where}.")
    if not 1 <= len(name) <= NAME_LENGTH:
        raise EmfError(f"{where}.{key} has {len(name)} characters; 1 to {NAME_LENGTH}")
    return name


def _typed(holder: dict[str, Any], key: str, kind: type, where: str) -> Any:
    value = holder.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise EmfError(f"{where}{key} is {_KINDS[kind]}, not {_kind(value)}")
    return value


def _old_timestamp(root: dict[str, Any]) -> int:
    try:
        return int(root.get("Timestamp", ""))
    except (TypeError, ValueError):
        raise EmfError(f"Timestamp is milliseconds since the epoch, not {root.get('Timestamp')!r}") from None


_KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "a string", int: "a whole number"}


def _kind(value: object) -> str:
    if value is None:
        return "absent"
    return _KINDS.get(type(value)) or repr(value)


def errors_metric(counted_as: str, log_group: str) -> MetricId:
    """The metric of ``AWS/Logs`` that counts the events of a log group that were refused."""
    return MetricId("AWS/Logs", counted_as, (("LogGroupName", log_group),))
