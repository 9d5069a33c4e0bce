from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..finding import Fault
from ..project import Project
from ..resource import DASHBOARD, Resource, unknown
from ..rule import Rule
from ..shapes import items, mapping
from ..widgets import widgets

ALARMS = 100


class WidgetParts(Rule):
    id = "DW046"
    title = "A widget without what it shows"
    why = "PutDashboard refuses metric widgets without region or metrics, log widgets without a source, and the like."
    source = "Dashboard body structure and syntax"
    kinds = (DASHBOARD,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for at, widget in widgets(resource.body):
            properties = widget.get("properties")
            if isinstance(properties, dict):
                for key, said, fix in _missing(str(widget.get("type")), properties):
                    yield Fault((*at, "properties", key), said, fix)


def _missing(kind: str, properties: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if kind in ("metric", "log") and not properties.get("region"):
        yield "region", f"a {kind} widget without a region", "Name the region of what it shows"
    if kind == "metric" and not properties.get("metrics") and not mapping(properties.get("annotations")).get("alarms"):
        yield "metrics", "neither metrics nor an alarm", "Give metrics, or annotations.alarms with one ARN"
    if kind == "metric":
        if not isinstance(properties.get("metrics", []), list):
            yield "metrics", "metrics is no list", 'Write [["AWS/SQS", "NumberOfMessagesSent", "QueueName", "jobs"]]'
        for place, row in enumerate(items(properties.get("metrics"))):
            fields = [field for field in row if isinstance(field, str)] if isinstance(row, list) else ["?"]
            if place == 0 and {".", "..."}.intersection(fields):
                yield "metrics", "row 0 repeats a row that is not there", "Write the first row out"
            if len(fields) % 2 and "..." not in fields:
                yield "metrics", f"row {place} has a name without its value", "Namespace, metric, then names and values"
    if kind == "text" and not isinstance(properties.get("markdown"), str):
        yield "markdown", "a text widget without markdown", "Give it markdown"
    if kind == "log" and properties.get("queryLanguage", "CWLI") == "CWLI":
        query = str(properties.get("query", ""))
        if not query.lstrip().upper().startswith("SOURCE"):
            yield "query", "the query names no log group", "Begin with SOURCE 'log-group' |"
    if kind == "alarm" and not 1 <= len(items(properties.get("alarms"))) <= ALARMS:
        yield "alarms", f"{len(items(properties.get('alarms')))} alarms", f"Give the ARNs of 1 to {ALARMS} alarms"
    for place, alarm in enumerate(items(properties.get("alarms")) if kind == "alarm" else ()):
        if not unknown(alarm) and not str(alarm).startswith("arn:"):
            yield "alarms", f"{alarm!r}, at place {place}, is no ARN", "arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME"
    if kind == "explorer" and not properties.get("metrics"):
        yield "metrics", "an explorer without metrics", "Give metrics: metricName, resourceType, stat"
    if kind == "chart" and not items(mapping(properties.get("data")).get("queries")):
        yield "data", "a chart without a query", "Give data.queries"
    if kind == "custom" and not properties.get("endpoint"):
        yield "endpoint", "a custom widget without the function that draws it", "Give the function's ARN as endpoint"
