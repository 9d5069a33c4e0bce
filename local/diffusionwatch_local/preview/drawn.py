"""What the console's page draws: the answers of its two paths, computed beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from cloudwatch_simulator import QueryResult, Simulation, evaluate_queries
from cloudwatch_simulator.alarms.model import CompositeAlarm, MetricAlarm
from cloudwatch_simulator.errors import SimulatorError
from diffusionwatch_local.console.accounts import of_any_account
from diffusionwatch_local.console.bands import without_bands
from diffusionwatch_local.console.log_view import log_view
from diffusionwatch_local.console.series import Answer, drawn_series
from diffusionwatch_local.console.spans import span
from diffusionwatch_local.console.widgets import Line, alarm_name, alarm_of, metric_queries
from diffusionwatch_local.logs_insights import Event, QueryError, compile_query
from diffusionwatch_local.preview import custom, outside
from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.data import Data
from diffusionwatch_local.preview.log_events import log_events
from diffusionwatch_local.preview.readable import ODD, UNREADABLE
from diffusionwatch_local.preview.served import Served

Span = tuple[float, float]
LANES = 9  # as many alarms as the timeline shows before it pushes the dashboard off the screen

CANNOT = "This widget cannot be read; diffusionwatch lint says why"


class Drawing:
    """One assembly on some data."""

    def __init__(self, assembly: Assembly, data: Data, simulation: Simulation, served: Served) -> None:
        self._assembly, self._data, self._simulation, self._served = assembly, data, simulation, served
        self._alarms = {alarm["name"]: alarm for alarm in self._described()}

    def state(self, dashboard: str) -> dict[str, Any]:
        """Alarms and timeline, as the console asks for them."""
        return {
            "dashboards": [dashboard],
            "alarms": sorted(self._alarms.values(), key=lambda alarm: (not alarm["composite"], alarm["name"])),
            "clock": {"now": self._data.end, "speed": 1},
            "story": {
                "title": self._data.title,
                "text": self._data.text,
                "mood": "healthy",
                "start": self._data.start,
                "end": self._data.end,
                "incidents": list(self._data.events),
                "lanes": self._lanes(dashboard),
            },
        }

    def widgets(self, body: Mapping[str, Any], unlike: Mapping[str, Any] | None = None) -> list[dict[str, Any] | None]:
        """Each widget with what it shows beside it; nothing for one that is as in ``unlike``."""
        before = [None] * len(body.get("widgets", ())) if unlike is None else unlike["widgets"]
        return [
            None if widget == old else self._tile(widget)
            for widget, old in zip(body.get("widgets", ()), before, strict=True)
        ]

    def found(self, search: str, dimension: str) -> list[str]:
        """The values of a dimension among the metrics that a SEARCH finds: each answers with its own as its label."""
        label = f"${{PROP('Dim.{dimension}')}}"
        query = {"Id": "values", "Expression": f"SEARCH('{search}', 'SampleCount', 3600)", "Label": label}
        try:
            results = evaluate_queries([query], self._data.store, self._data.start, self._data.end)
        except SimulatorError:
            return []
        return [result.label for result in results if result.label]

    def _tile(self, widget: Mapping[str, Any]) -> dict[str, Any]:
        try:
            if widget.get("type") == "explorer":
                return outside.explorer(widget, self._searched)
            if widget.get("type") == "chart":
                return outside.chart(widget)
            whole = self._data.start, self._data.end
            own = span(widget.get("properties") or {}, *whole)
            data = self._shown(widget, own)
            return {**widget, "data": data if own == whole else {**data, "start": own[0], "end": own[1]}}
        except ODD:
            return {**widget, "type": UNREADABLE, "data": {"note": CANNOT}}

    def _searched(self, queries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        try:
            results = evaluate_queries(list(queries), self._data.store, self._data.start, self._data.end)
        except SimulatorError:
            return []
        look = {"color": "", "axis": "left"}
        answers = [_answer(result) for result in results]
        return [_packed({"label": one.label, **look, "period": one.period, "points": one.points}) for one in answers]

    def _shown(self, widget: Mapping[str, Any], own: Span) -> dict[str, Any]:
        properties = widget.get("properties") or {}
        if widget.get("type") == "metric":
            return self._metric(properties, own)
        if widget.get("type") == "alarm":
            names = [alarm_name(arn) for arn in properties.get("alarms", ())]
            return {"alarms": [self._alarms[name] for name in names if name in self._alarms]}
        if widget.get("type") == "custom":
            known = self._assembly.functions, self._assembly.folder
            return dict(custom.run(properties, *known, own, self._served.environment))
        if widget.get("type") == UNREADABLE:
            return {"note": CANNOT}
        return self._log(properties, own) if widget.get("type") == "log" else {}

    def _metric(self, properties: Mapping[str, Any], own: Span) -> dict[str, Any]:
        alarm = self._assembly.alarms.alarms.get(alarm_of(properties) or "")
        if isinstance(alarm, MetricAlarm):
            queries, lines = _of_alarm(alarm)
            thresholds = [{"value": alarm.threshold, "label": alarm.name}]
        else:
            (queries, lines), thresholds = metric_queries(properties), []
        queries = of_any_account(queries)
        rest, bands = without_bands(queries)
        try:
            results = self._evaluated(queries if bands else rest, rest, own)
        except SimulatorError as error:
            return {"series": [], "thresholds": thresholds, "note": str(error)}
        made = drawn_series(lines, bands, lambda query: [_answer(one) for one in results if one.id == query])
        return {**made, "series": [_packed(one) for one in made["series"]], "thresholds": thresholds}

    def _evaluated(self, queries: list[dict[str, Any]], rest: list[dict[str, Any]], own: Span) -> list[QueryResult]:
        """With the bands that a scenario gives, or without any."""
        shown = {query["Id"] for query in rest if query.get("ReturnData", True)}
        every = [{**query, "ReturnData": True} if query["Id"] in shown else query for query in queries]
        try:
            return evaluate_queries(every, self._data.store, *own)
        except SimulatorError:
            if queries == rest:
                raise
            return evaluate_queries(rest, self._data.store, *own)

    def _log(self, properties: Mapping[str, Any], own: Span) -> dict[str, Any]:
        try:
            query = compile_query(str(properties.get("query", "")), self._data.end)
        except QueryError as error:
            return {"note": f"This query cannot be answered here. {error}"}
        if not self._data.invented:
            return {"note": "This data has no log events"}
        events = [event for event in self._events if own[0] * 1000 <= event.timestamp <= own[1] * 1000]
        view = log_view(query, str(properties.get("view", "table")), query.run(events).rows)
        return view if "series" not in view else {"series": [_packed(one) for one in view["series"]]}

    @cached_property
    def _events(self) -> list[Event]:
        return list(log_events(self._data.start))

    def _described(self) -> Iterator[dict[str, Any]]:
        for name, state in self._simulation.states.items():
            alarm = self._assembly.alarms.alarms[name]
            yield {
                "name": name,
                "composite": isinstance(alarm, CompositeAlarm),
                "state": state.state,
                "reason": state.reason,
                "since": state.since,
                "description": self._assembly.descriptions.get(name, ""),
                "notifies": any(alarm.actions.by_state.get("ALARM", ())),
                "rule": "",
            }

    def _lanes(self, dashboard: str) -> list[dict[str, Any]]:
        spans: dict[str, list[list[float | None]]] = {}
        for change in self._simulation.transitions:
            if change.new == "ALARM" != change.old:
                spans.setdefault(change.alarm, []).append([change.at, None])
            elif change.old == "ALARM" != change.new:
                spans[change.alarm][-1][1] = change.at
        telling = [name for name in spans if self._alarms.get(name, {}).get("notifies")]
        names = sorted(telling, key=lambda name: (spans[name][0][0] or 0, name))[:LANES]
        prefix = dashboard[: _prefix(dashboard, list(self._alarms))]
        return [{"alarm": name.removeprefix(prefix), "alarming": spans[name]} for name in names]


def _prefix(dashboard: str, names: Sequence[str]) -> int:
    """How many letters a dashboard's name shares with most alarms, in whole words: its fleet's, which all of them say.

    >>> _prefix("prod-image-api-on-call", ["prod-image-api-oom", "prod-image-api-busy", "prod-digest"])
    15
    """
    words = dashboard.split("-")
    starts = ("-".join([*words[:count], ""]) for count in range(len(words), 0, -1))
    return next((len(one) for one in starts if sum(name.startswith(one) for name in names) > len(names) / 2), 0)


def _answer(result: QueryResult) -> Answer:
    points = zip(map(float, result.timestamps), map(float, result.values), strict=True)
    return Answer(result.label or "", result.period, [*points])


def _packed(series: Mapping[str, Any]) -> dict[str, Any]:
    """The first moment, the period, and of each period its value, a band's two, or nothing, instead of points."""
    values: list[float | list[float] | None] = []
    points, period = series["points"], series["period"]
    first = points[0][0] if points else 0.0
    for at, *held in points:
        values += [None] * (int((at - first) // period) - len(values))
        short = [float(f"{value:.5g}") for value in held]
        values.append(short if len(short) > 1 else short[0])
    return {**{key: value for key, value in series.items() if key != "points"}, "first": first, "values": values}


def _of_alarm(alarm: MetricAlarm) -> tuple[list[dict[str, Any]], list[Line]]:
    """The queries of an alarm that a widget names instead of metrics."""
    queries: list[dict[str, Any]] = []
    for query in alarm.queries:
        asked: dict[str, Any] = {"Id": query.id, "ReturnData": query.id == alarm.returned, "Label": query.label}
        if query.metric is None:
            asked["Expression"] = query.expression
        else:
            dimensions = [{"Name": name, "Value": value} for name, value in query.metric.dimensions]
            metric = {"Namespace": query.metric.namespace, "MetricName": query.metric.name, "Dimensions": dimensions}
            asked["MetricStat"] = {"Metric": metric, "Stat": query.stat, "Period": query.period}
        queries.append(asked)
    return queries, [Line(alarm.returned, alarm.name, "", "left")]


def written(value: object) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
