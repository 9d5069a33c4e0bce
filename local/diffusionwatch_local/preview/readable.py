"""Dashboards as people hand them in: a widget that cannot be read becomes a tile that says so, never a crash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diffusionwatch_local.console.variables import applied, variables
from diffusionwatch_local.console.widgets import metric_queries

UNREADABLE = "unreadable"
COLUMNS, SIZE = 24, 6
PLACE = ("x", "y", "width", "height")
ODD = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What values of the wrong kind end in."""
_ANNOTATIONS = ("horizontal", "vertical", "alarms")


def readable(body: Any) -> Mapping[str, Any] | None:
    """The body with what can be drawn of it; None when it is no body at all.

    >>> readable({"widgets": [5, {"type": "text", "properties": {"markdown": "# Hello"}}]})["widgets"][0]
    {'type': 'unreadable', 'properties': {}, 'x': 0, 'y': 0}
    """
    widgets = body.get("widgets", []) if isinstance(body, Mapping) else None
    if not isinstance(widgets, list):
        return None
    kept = list(_placed([_widget(one) for one in widgets]))
    given = body.get("variables")
    chosen = [one for one in (given if isinstance(given, list) else ()) if _variable(one, kept)]
    return {**body, "widgets": kept, "variables": chosen}


def _placed(widgets: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Those without a place come below the others, in rows, as CloudWatch puts them somewhere free."""
    below = max((one["y"] + one.get("height", SIZE) for one in widgets if "y" in one), default=0)
    across, tallest = 0, 0
    for one in widgets:
        if "x" in one and "y" in one:
            yield one
            continue
        width, height = one.get("width", SIZE), one.get("height", SIZE)
        if across + width > COLUMNS:
            across, below, tallest = 0, below + tallest, 0
        yield {**one, "x": across, "y": below}
        across, tallest = across + width, max(tallest, height)


def _widget(given: Any) -> Mapping[str, Any]:
    widget = given if isinstance(given, Mapping) else {}
    place = {key: widget[key] for key in PLACE if type(widget.get(key)) is int and 0 <= widget[key] <= 1000}
    properties = widget.get("properties")
    rest = {key: value for key, value in widget.items() if key not in PLACE}
    if isinstance(properties, Mapping) and _drawable(widget.get("type"), properties):
        return {**rest, **place}
    title = properties.get("title") if isinstance(properties, Mapping) else None
    return {"type": UNREADABLE, **place, "properties": {"title": str(title)} if title else {}}


def _drawable(kind: object, properties: Mapping[str, Any]) -> bool:
    try:
        if kind == "metric":
            metric_queries(properties)
            notes = properties.get("annotations", {})
            return all(isinstance(notes.get(name, []), list) for name in _ANNOTATIONS)
        if kind == "alarm":
            return all(isinstance(arn, str) for arn in properties.get("alarms", ()))
        return kind != "text" or isinstance(properties.get("markdown"), str)
    except ODD:
        return False


def _variable(given: Any, widgets: list[Mapping[str, Any]]) -> bool:
    """Whether it can be chosen from: each value makes widgets that can be drawn."""
    body = {"widgets": widgets, "variables": [given]}
    try:
        (one,) = variables(body, lambda search, dimension: ())
        made = [applied(body, [one], {one.id: value}) for value, _ in one.choices] or [applied(body, [one], {})]
    except ODD:
        return False
    return all(isinstance(other.get("widgets"), list) for other in made)
