"""From a metric widget's JSON to a picture ("GetMetricWidgetImage: Metric Widget Structure and Syntax")."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cloudwatch_simulator import MetricStore, SimulatorError, evaluate_queries
from diffusionwatch.clock import Clock

from ...console.accounts import of_account
from ...console.bands import without_bands
from ...console.spans import moment
from ...console.widgets import Line, alarm_of, metric_queries
from ...server.service import Operation, ServiceError
from ..messages import queries_of
from ..stored_alarm import METRIC, StoredAlarm
from .chart import Chart, Curve, Level
from .drawing import png

WIDTH, HEIGHT, LARGEST = 600, 400, 2000
SPAN = "-PT3H"


class PictureOperation:
    """Draws widgets over one store and the alarms that they name."""

    def __init__(self, store: MetricStore, clock: Clock, alarms: Mapping[str, StoredAlarm], account: str) -> None:
        self._store, self._clock, self._alarms, self._account = store, clock, alarms, account

    def operations(self) -> Mapping[str, Operation]:
        return {"GetMetricWidgetImage": self._get}

    def _get(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            widget = json.loads(params["MetricWidget"])
            chart = self._chart(widget)
        except (SimulatorError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ServiceError("ValidationError", f"Invalid MetricWidget: {error}") from None
        return {"MetricWidgetImage": png(chart)}

    def _chart(self, widget: Mapping[str, Any]) -> Chart:
        now = self._clock.time()
        start, end = moment(widget.get("start", SPAN), now), moment(widget.get("end", "-PT0M"), now)
        width, height = int(widget.get("width", WIDTH)), int(widget.get("height", HEIGHT))
        if not (100 <= width <= LARGEST and 100 <= height <= LARGEST and start < end):
            raise ValueError(f"width and height are 100 to {LARGEST}, and start is before end")
        name = alarm_of(widget)
        if name is None:
            queries, lines = metric_queries(widget)
            levels = _levels(widget)
            title = str(widget.get("title", ""))
        else:
            alarm = self._alarms.get(name)
            if alarm is None or alarm.kind != METRIC:
                raise ValueError(f"there is no metric alarm {name}")
            queries = queries_of(alarm.properties)
            lines = [Line(query["Id"], query.get("Label", ""), "", "left") for query in queries if _returned(query)]
            levels = tuple(Level(alarm.properties[key], key) for key in ("Threshold",) if key in alarm.properties)
            title = str(widget.get("title", name))
        axis = (widget.get("yAxis") or {}).get("left") or {}
        curves = self._curves(queries, lines, start, end)
        bounds = axis.get("min"), axis.get("max")
        return Chart(title, start, end, width, height, curves, levels, str(axis.get("label", "")), *bounds)

    def _curves(
        self, queries: list[dict[str, Any]], lines: Sequence[Line], start: float, end: float
    ) -> tuple[Curve, ...]:
        looks = {line.id: line for line in lines}
        asked, bands = without_bands(of_account(queries, self._account)[0])
        for band in bands:  # of a band is drawn what it is around
            looks.setdefault(band.of, looks.pop(band.id, Line(band.of, "", "", "left")))
        return tuple(
            Curve(
                one.label or looks[one.id].label,
                tuple(map(float, one.timestamps)),
                tuple(map(float, one.values)),
                one.period,
                looks[one.id].color,
            )
            for one in evaluate_queries(asked, self._store, start, end)
            if one.id in looks
        )


def _returned(query: Mapping[str, Any]) -> bool:
    return bool(query.get("ReturnData", True))


def _levels(widget: Mapping[str, Any]) -> tuple[Level, ...]:
    """Horizontal annotations; of a band both its lines."""
    marks = (widget.get("annotations") or {}).get("horizontal", ())
    each = [one for mark in marks for one in (mark if isinstance(mark, list) else [mark])]
    return tuple(Level(float(one["value"]), one.get("label", ""), one.get("color", "")) for one in each)
