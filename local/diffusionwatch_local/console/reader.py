"""Reads what the page draws, through AWS's API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from diffusionwatch.clock import Clock
from diffusionwatch_local.console.accounts import NOT_LINKED
from diffusionwatch_local.console.bands import without_bands
from diffusionwatch_local.console.custom import drawn, event
from diffusionwatch_local.console.log_queries import LogQueries
from diffusionwatch_local.console.series import Answer, drawn_series
from diffusionwatch_local.console.spans import span
from diffusionwatch_local.console.variables import applied, for_page, variables
from diffusionwatch_local.console.widgets import alarm_name, alarm_of, metric_queries

FIRST = "on-call"
HOURS = 3
OWN = 0.0
"""Hours of a dashboard that looks at the time that its body names, or at three hours."""
PAGE = 100


class Reader:
    """Answers for one account and region. ``client`` makes a boto3 client for a service."""

    def __init__(self, client: Callable[[str], Any], clock: Clock) -> None:
        self._cloudwatch, self._clock = client("cloudwatch"), clock
        self._functions, self._client = client("lambda"), client
        self.queries = LogQueries(client)

    def dashboards(self) -> list[str]:
        """The names of all dashboards, those for whoever is on call first."""
        pages = self._cloudwatch.get_paginator("list_dashboards").paginate()
        names = [entry["DashboardName"] for page in pages for entry in page["DashboardEntries"]]
        return sorted(names, key=lambda name: (not name.endswith(FIRST), name))

    def alarms(self) -> list[dict[str, Any]]:
        """Every alarm with its state, composites first."""
        found = list(self._describe(AlarmTypes=["CompositeAlarm", "MetricAlarm"]))
        return sorted(found, key=lambda alarm: (not alarm["composite"], alarm["name"]))

    def dashboard(self, name: str, hours: float, chosen: Mapping[str, str], theme: str = "light") -> dict[str, Any]:
        """A dashboard's body with each variable at its chosen value, and what each widget shows beside it."""
        written = json.loads(self._cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
        end = self._clock.time()
        start = end - (hours or HOURS) * 3600
        if hours == OWN:
            start, end = span(written, start, end)
        known = variables(written, lambda search, dimension: self._found(search, dimension, start, end))
        body = applied(written, known, chosen)
        widgets = [{**widget, "data": self._answer(widget, start, end, theme)} for widget in body.get("widgets", ())]
        return {
            "name": name,
            "start": start,
            "end": end,
            "variables": for_page(known, chosen),
            "widgets": widgets,
        }

    def _found(self, search: str, dimension: str, start: float, end: float) -> list[str]:
        """The values of a dimension among the metrics that a SEARCH finds: each answers with its own as its label."""
        query = {
            "Id": "values",
            "Expression": f"SEARCH('{search}', 'SampleCount', 3600)",
            "Label": f"${{PROP('Dim.{dimension}')}}",
        }
        try:
            pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[query], StartTime=_when(start), EndTime=_when(end)
            )
            return [result["Label"] for page in pages for result in page["MetricDataResults"]]
        except ClientError:
            return []

    def _answer(self, widget: Mapping[str, Any], start: float, end: float, theme: str) -> dict[str, Any]:
        """What a widget shows, or why it shows nothing: one that is refused leaves the others as they are."""
        own = span(widget.get("properties", {}), start, end)
        try:
            found = self._custom(widget, *own, theme) if widget["type"] == "custom" else self._data(widget, *own)
        except ClientError as error:
            found = {"note": _here(error.response["Error"].get("Message", str(error)))}
        return found if own == (start, end) else {**found, "start": own[0], "end": own[1]}

    def _data(self, widget: Mapping[str, Any], start: float, end: float) -> dict[str, Any]:
        properties = widget.get("properties", {})
        if widget["type"] == "metric":
            return self._metric(properties, start, end)
        if widget["type"] == "alarm":
            return {"alarms": self._named([alarm_name(arn) for arn in properties.get("alarms", ())])}
        if widget["type"] == "log":
            return self._log(properties, start, end)
        return {}

    def _custom(self, widget: Mapping[str, Any], start: float, end: float, theme: str) -> dict[str, Any]:
        """What a custom widget's function answers."""
        properties = widget["properties"]
        asked = event(properties, start, end, theme=theme, columns=widget.get("width", 6))
        answer = self._functions.invoke(FunctionName=properties["endpoint"], Payload=json.dumps(asked))
        found = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            return {"note": f"The widget's function failed: {found.get('errorMessage')}"}
        return dict(drawn(found))

    def _metric(self, properties: Mapping[str, Any], start: float, end: float) -> dict[str, Any]:
        thresholds: list[dict[str, Any]] = []
        alarm = alarm_of(properties)
        if alarm is not None:
            described = self._cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]
            properties = {"metrics": _metrics_of(described), "stat": described.get("Statistic", "Average")}
            thresholds = [{"value": described["Threshold"], "label": alarm}]
        queries, lines = metric_queries(properties)
        queries, bands = without_bands(queries)
        if not queries:
            return {"series": []}
        results: dict[str, list[dict[str, Any]]] = {}
        messages: list[str] = []
        for page in self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=_when(start), EndTime=_when(end), ScanBy="TimestampAscending"
        ):
            messages += [message["Value"] for message in page.get("Messages", ())]
            for result in page["MetricDataResults"]:
                results.setdefault(result["Id"], []).append(result)
        periods = {query["Id"]: _period(query, queries) for query in queries}

        def answers(identity: str) -> list[Answer]:
            return [_answered(result, periods[identity]) for result in results.get(identity, ())]

        empty = {"empty": messages[0]} if messages else {}
        return {**drawn_series(lines, bands, answers), "thresholds": thresholds, **empty}

    def _log(self, properties: Mapping[str, Any], start: float, end: float) -> dict[str, Any]:
        if properties.get("accountId", self._account) != self._account:
            return {"note": NOT_LINKED.format(account=properties["accountId"])}
        return self.queries.drawn(properties["query"], properties.get("view", "table"), start, end)

    @cached_property
    def _account(self) -> str:
        return str(self._client("sts").get_caller_identity()["Account"])

    def _named(self, names: list[str]) -> list[dict[str, Any]]:
        return list(self._describe(AlarmNames=names, AlarmTypes=["CompositeAlarm", "MetricAlarm"])) if names else []

    def _describe(self, **which: Any) -> Iterator[dict[str, Any]]:
        for page in self._cloudwatch.get_paginator("describe_alarms").paginate(**which):
            for kind in ("CompositeAlarms", "MetricAlarms"):
                for alarm in page.get(kind, ()):
                    yield {
                        "name": alarm["AlarmName"],
                        "composite": kind == "CompositeAlarms",
                        "state": alarm["StateValue"],
                        "reason": alarm.get("StateReason", ""),
                        "since": alarm["StateUpdatedTimestamp"].timestamp(),
                        "description": alarm.get("AlarmDescription", ""),
                        "notifies": bool(alarm.get("AlarmActions")),
                        "rule": alarm.get("AlarmRule", ""),
                    }


def _answered(result: Mapping[str, Any], period: int) -> Answer:
    moments = (when.timestamp() for when in result["Timestamps"])
    points = [[at, value] for at, value in zip(moments, result["Values"], strict=True)]
    return Answer(result.get("Label", ""), period, points)


def _here(message: str) -> str:
    """What the simulator says to whoever writes scenarios, for whoever looks at a graph."""
    return f"{message.split(';')[0]}; it is not known on this machine" if "`given`" in message else message


def _when(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.utc)


def _period(query: Mapping[str, Any], queries: list[dict[str, Any]]) -> int:
    if "MetricStat" in query:
        return int(query["MetricStat"]["Period"])
    inputs = [other["MetricStat"]["Period"] for other in queries if "MetricStat" in other]
    return int(query.get("Period") or max(inputs, default=60))


def _metrics_of(alarm: Mapping[str, Any]) -> list[list[Any]]:
    if "Metrics" not in alarm:
        dimensions = [part for pair in alarm["Dimensions"] for part in (pair["Name"], pair["Value"])]
        stat = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
        return [[alarm["Namespace"], alarm["MetricName"], *dimensions, {"stat": stat, "period": alarm["Period"]}]]
    rows: list[list[Any]] = []
    for query in alarm["Metrics"]:
        look = {"id": query["Id"], "visible": query.get("ReturnData", True), "label": query.get("Label", query["Id"])}
        if "Expression" in query:
            rows.append([{"expression": query["Expression"], **look}])
            continue
        stat = query["MetricStat"]
        dimensions = [part for pair in stat["Metric"]["Dimensions"] for part in (pair["Name"], pair["Value"])]
        look |= {"stat": stat["Stat"], "period": stat["Period"]}
        rows.append([stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], *dimensions, look])
    return rows
