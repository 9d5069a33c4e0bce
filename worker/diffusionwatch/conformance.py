"""Whether CloudWatch would take an event: the published schema, and the rules that only the prose states.

>>> problems(b'{"_aws":{"Timestamp":1767571200000,"CloudWatchMetrics":[]}}')
['_aws.LogGroupName is missing: the agent drops the event']

Sources: "Specification: Embedded metric format"; API references of PutMetricData and PutLogEvents; the agent's
listener for what it needs.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from diffusionwatch import limits

_SIZES = (
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
)
UNITS: frozenset[str] = frozenset(
    {"Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"}
    | set(_SIZES)
    | {f"{size}/Second" for size in _SIZES}
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAMESPACE = re.compile(r"[A-Za-z0-9 ._\-/#:]{1,255}")


def problems(body: bytes, *, now_ms: int | None = None) -> list[str]:
    """Everything that is wrong with an event; empty when it is valid. ``now_ms`` has its time checked as well."""
    if len(body) > limits.PUT_LOG_EVENTS_BYTES - limits.PUT_LOG_EVENTS_OVERHEAD:
        return ["larger than 1 MB"]
    try:
        event = json.loads(body, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except ValueError as error:
        return [f"not JSON: {error}"]
    aws = event.get("_aws") if isinstance(event, dict) else None
    if not isinstance(aws, dict):
        return ["no _aws object at the root"]
    found = []
    stamp = aws.get("Timestamp")
    if type(stamp) is not int:
        found.append("_aws.Timestamp is not an integer")
    elif now_ms is not None and not now_ms - 14 * 86_400_000 <= stamp <= now_ms + 2 * 3_600_000:
        found.append("_aws.Timestamp is more than 14 days ago or 2 hours ahead")
    if not aws.get("LogGroupName"):
        found.append("_aws.LogGroupName is missing: the agent drops the event")
    directives = aws.get("CloudWatchMetrics")
    if not isinstance(directives, list):
        return [*found, "_aws.CloudWatchMetrics is not an array"]
    for directive in directives:
        found += _directive(directive, event)
    return found


def _directive(directive: Any, event: dict[str, Any]) -> list[str]:
    found = []
    if not _NAMESPACE.fullmatch(directive.get("Namespace", "")):
        found.append(f"namespace {directive.get('Namespace')!r}")
    sets, metrics = directive.get("Dimensions"), directive.get("Metrics")
    if not isinstance(sets, list) or not sets:
        found.append("Dimensions is not an array with at least one set")
        sets = []
    if not isinstance(metrics, list) or not 1 <= len(metrics) <= limits.METRICS_PER_DIRECTIVE:
        found.append("Metrics is not an array of 1 to 100")
        metrics = []
    names = [metric.get("Name") for metric in metrics]
    for one in sets:
        if len(one) > limits.DIMENSIONS_PER_SET:
            found.append(f"{len(one)} dimensions in a set")
        for dimension in one:
            found += _dimension(dimension, event.get(dimension), names)
    for metric in metrics:
        found += _metric(metric, event)
    return found


def _dimension(name: Any, value: Any, metrics: list[Any]) -> list[str]:
    if not isinstance(name, str) or not 1 <= len(name) <= limits.NAME_LENGTH or name.startswith(":"):
        return [f"dimension name {name!r}"]
    if name in metrics:
        return [f"{name!r} is both dimension and metric"]
    if not isinstance(value, str) or not 1 <= len(value) <= limits.DIMENSION_VALUE_LENGTH or not value.strip():
        return [f"dimension {name!r} is not a string of 1 to 1,024 characters"]
    if not value.isascii() or _CONTROL.search(value):
        return [f"dimension {name!r} has characters that are not printable ASCII"]
    return []


def _metric(metric: dict[str, Any], event: dict[str, Any]) -> list[str]:
    name = metric.get("Name")
    if not isinstance(name, str) or not 1 <= len(name) <= limits.NAME_LENGTH or name == "_aws":
        return [f"metric name {name!r}"]
    found = []
    if metric.get("Unit", "None") not in UNITS:
        found.append(f"unit {metric.get('Unit')!r} of {name!r}")
    if metric.get("StorageResolution", 60) not in (1, 60):
        found.append(f"storage resolution of {name!r}")
    values = event.get(name)
    values = values if isinstance(values, list) else [values]
    if not 1 <= len(values) <= limits.VALUES_PER_METRIC:
        found.append(f"{len(values)} values of {name!r}")
    return found + [f"value {value!r} of {name!r}" for value in values if not _possible(value)]


def _possible(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= limits.LARGEST_VALUE


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("the same name twice in one object")
    return found
