"""Graphs and single numbers over metrics and metric math."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...alarms import AlarmSetDefinition
from ...metrics import Measure, Metric
from ..layout import Widget

Side = Literal["left", "right"]


@dataclass(frozen=True)
class Line:
    """One line of a graph: what it shows, what a newcomer reads beside it, in which colour, on which axis."""

    what: Metric | Measure
    label: str
    color: str = ""
    axis: Side = "left"


def graph(
    title: str,
    lines: Sequence[Line],
    *,
    region: str,
    width: int,
    height: int,
    unit: str = "",
    least: float | None = 0,
    most: float | None = None,
    right_unit: str = "",
    annotations: Sequence[dict[str, Any]] = (),
    stacked: bool = False,
) -> Widget:
    """A graph over time; the axis begins at 0 unless told otherwise, so that heights compare."""
    left = _axis(unit, least, most)
    axes = {"left": left} | ({"right": _axis(right_unit, 0, None)} if right_unit else {})
    properties: dict[str, Any] = {
        "title": title,
        "view": "timeSeries",
        "stacked": stacked,
        "region": region,
        "metrics": _entries(lines),
        "yAxis": axes,
    }
    if annotations:
        properties["annotations"] = {"horizontal": list(annotations)}
    return {"type": "metric", "width": width, "height": height, "properties": properties}


def number(title: str, lines: Sequence[Line], *, region: str, width: int, height: int) -> Widget:
    """The latest value of each line, with its course drawn small."""
    properties = {
        "title": title,
        "view": "singleValue",
        "sparkline": True,
        "region": region,
        "metrics": _entries(lines),
    }
    return {"type": "metric", "width": width, "height": height, "properties": properties}


EACH_GPU = "${PROP('Dim.InstanceId')} ${PROP('Dim.index')}"
"""A dynamic label: the instance and the GPU's number on it."""


def search(
    title: str,
    expression: str,
    *,
    region: str,
    width: int,
    height: int,
    unit: str,
    most: float | None = None,
    label: str = EACH_GPU,
) -> Widget:
    """A graph of whatever a SEARCH finds: at most 500 series, with data of the last two weeks."""
    properties = {
        "title": title,
        "view": "timeSeries",
        "region": region,
        "metrics": [[{"expression": expression, "id": "found", "label": label}]],
        "yAxis": {"left": _axis(unit, 0, most)},
    }
    return {"type": "metric", "width": width, "height": height, "properties": properties}


def threshold(value: float, label: str, *, breach: Literal["above", "below"] = "above") -> dict[str, Any]:
    """A line at an alarm's threshold, shaded on the side that breaches."""
    return {"value": value, "label": label, "color": "#d13212", "fill": breach}


def alarm_line(
    alarms: AlarmSetDefinition, alarm_id: str, *, breach: Literal["above", "below"] = "above"
) -> list[dict[str, Any]]:
    """The line at an alarm's own threshold; nothing where the fleet has no such alarm."""
    alarm = alarms.alarm(alarm_id)
    return [threshold(alarm.threshold, alarm_id, breach=breach)] if alarm else []


def _axis(unit: str, least: float | None, most: float | None) -> dict[str, Any]:
    axis: dict[str, Any] = {"showUnits": False, "label": unit} if unit else {}
    return axis | ({"min": least} if least is not None else {}) | ({"max": most} if most is not None else {})


def _entries(lines: Sequence[Line]) -> list[list[Any]]:
    """The rows of ``metrics``; ids are lettered by line, so that two measures may both call something ``completed``."""
    entries: list[list[Any]] = []
    for place, line in enumerate(lines):
        look: dict[str, Any] = {"label": line.label}
        look |= {"color": line.color} if line.color else {}
        look |= {"yAxis": "right"} if line.axis == "right" else {}
        if isinstance(line.what, Metric):
            entries.append(_metric(line.what, look))
        else:
            entries += _measure(line.what, look, f"l{place}_")
    return entries


def _measure(what: Measure, look: dict[str, Any], prefix: str) -> list[list[Any]]:
    if not what.expression:
        (metric,) = what.metrics.values()
        return [_metric(metric, look)]
    hidden = [_metric(metric, {"id": f"{prefix}{name}", "visible": False}) for name, metric in what.metrics.items()]
    return [*hidden, [{"expression": what.renamed(prefix), "id": f"{prefix}result", **look}]]


def _metric(metric: Metric, look: dict[str, Any]) -> list[Any]:
    dimensions = [part for pair in metric.dimensions for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.stat, "period": metric.period, **look}]
