"""What is wrong with a dashboard's body: errors refuse it, warnings come back as validation messages.

Source: "Dashboard body structure and syntax" (CloudWatch API reference).

>>> check_body('{"widgets": [{"type": "metrics", "properties": {}}]}')[0][0]["DataPath"]
'/widgets/0/type'
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Message = dict[str, str]

TYPES = ("metric", "text", "log", "alarm", "explorer", "chart", "custom")
VIEWS = ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
WIDGETS, METRICS_A_WIDGET, VARIABLES = 500, 500, 25
ALARMS_A_WIDGET = 100
_GRID = {"x": (0, 23), "y": (0, None), "width": (1, 24), "height": (1, 1000)}
_ROOT = ("widgets", "start", "end", "periodOverride", "variables")
_WIDGET = ("type", "properties", *_GRID)


def check_body(text: str) -> tuple[list[Message], list[Message]]:
    """The errors and the warnings, each with ``DataPath`` and ``Message``."""
    try:
        body = json.loads(text)
    except ValueError as error:
        return [_message("/", f"The field DashboardBody must be a valid JSON object: {error}")], []
    if not isinstance(body, dict):
        return [_message("/", "The field DashboardBody must be a JSON object")], []
    widgets = body.get("widgets", [])
    if not isinstance(widgets, list) or len(widgets) > WIDGETS:
        return [_message("/widgets", f"widgets is an array of at most {WIDGETS}")], []
    errors = [error for index, widget in enumerate(widgets) for error in _widget_errors(widget, f"/widgets/{index}")]
    if len(body.get("variables", [])) > VARIABLES:
        errors.append(_message("/variables", f"at most {VARIABLES} variables"))
    warnings = [_message(f"/{key}", f"Unknown field {key}") for key in body if key not in _ROOT]
    for index, widget in enumerate(widgets if not errors else []):
        warnings += [
            _message(f"/widgets/{index}/{key}", f"Unknown field {key}") for key in widget if key not in _WIDGET
        ]
    return errors, warnings


def _widget_errors(widget: Any, path: str) -> Iterator[Message]:
    if not isinstance(widget, dict):
        yield _message(path, "Should be an object")
        return
    if widget.get("type") not in TYPES:
        yield _message(f"{path}/type", f"Should be one of {', '.join(TYPES)}, not {widget.get('type')!r}")
    for key, (least, most) in _GRID.items():
        value = widget.get(key, least)
        if not isinstance(value, int) or value < least or (most is not None and value > most):
            yield _message(f"{path}/{key}", f"Should be a whole number from {least} to {most or 'any'}, not {value!r}")
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield _message(f"{path}/properties", "Should be an object")
        return
    checks = {"metric": _metric_errors, "text": _text_errors, "log": _log_errors, "alarm": _alarm_errors}
    check = checks.get(widget.get("type", ""))
    if check is not None:
        yield from check(properties, f"{path}/properties")


def _metric_errors(properties: Mapping[str, Any], path: str) -> Iterator[Message]:
    metrics, annotations = properties.get("metrics"), properties.get("annotations") or {}
    if metrics is None and not annotations.get("alarms"):
        yield _message(path, "Should have metrics, or annotations with an alarm")
    if not properties.get("region"):
        yield _message(f"{path}/region", "Should be given")
    if properties.get("view", VIEWS[0]) not in VIEWS:
        yield _message(f"{path}/view", f"Should be one of {', '.join(VIEWS)}, not {properties['view']!r}")
    if metrics is not None and (not isinstance(metrics, list) or len(metrics) > METRICS_A_WIDGET):
        yield _message(f"{path}/metrics", f"Should be an array of at most {METRICS_A_WIDGET}")
        return
    for index, metric in enumerate(metrics or []):
        if not isinstance(metric, list) or not metric:
            yield _message(f"{path}/metrics/{index}", "Should be an array that is not empty")
        elif sum(isinstance(part, str) for part in metric) % 2 and "..." not in metric:
            # Namespace and name, then names and values in pairs; "..." stands for any number of them.
            yield _message(f"{path}/metrics/{index}", "A dimension has a name and a value")


def _text_errors(properties: Mapping[str, Any], path: str) -> Iterator[Message]:
    if not isinstance(properties.get("markdown"), str):
        yield _message(f"{path}/markdown", "Should be a string")


def _log_errors(properties: Mapping[str, Any], path: str) -> Iterator[Message]:
    for key in ("query", "region"):
        if not isinstance(properties.get(key), str):
            yield _message(f"{path}/{key}", "Should be a string")


def _alarm_errors(properties: Mapping[str, Any], path: str) -> Iterator[Message]:
    alarms = properties.get("alarms")
    if not isinstance(alarms, list) or not 1 <= len(alarms) <= ALARMS_A_WIDGET:
        yield _message(f"{path}/alarms", f"Should be an array of 1 to {ALARMS_A_WIDGET} ARNs")


def _message(path: str, text: str) -> Message:
    return {"DataPath": path, "Message": text}
