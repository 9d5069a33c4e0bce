"""Widgets that only an account can fill: an explorer by its data, as far as there is some; a chart by its words.

An explorer chooses resources by their tags, and neither a template nor a recording knows the tags of an account. What
the data has of its metrics is drawn, of all resources; a chart's PromQL is not evaluated here, and is written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from diffusionwatch_local.console.widgets import DEFAULT_PERIOD, DEFAULT_STAT

Series = Sequence[Mapping[str, Any]]
RESOURCES = {
    "AWS::AutoScaling::AutoScalingGroup": ("AWS/AutoScaling", "AutoScalingGroupName"),
    "AWS::DynamoDB::Table": ("AWS/DynamoDB", "TableName"),
    "AWS::EC2::Instance": ("AWS/EC2", "InstanceId"),
    "AWS::Lambda::Function": ("AWS/Lambda", "FunctionName"),
    "AWS::SNS::Topic": ("AWS/SNS", "TopicName"),
    "AWS::SQS::Queue": ("AWS/SQS", "QueueName"),
}
"""The namespace and the dimension of a type of resource."""

OF_ALL = ", of all resources: tags are known in the account alone"


def explorer(widget: Mapping[str, Any], ask: Callable[[Sequence[Mapping[str, Any]]], Series]) -> dict[str, Any]:
    """The widget as a graph of what the data has, or as a list of what it asks for."""
    properties = widget.get("properties") or {}
    asked = [one for one in properties.get("metrics") or () if isinstance(one, Mapping)]
    options = properties.get("widgetOptions") or {}
    series = ask([query for place, one in enumerate(asked) for query in _queries(place, one, properties)])
    if not series:
        lines = [f"- `{one.get('metricName')}`, {one.get('stat')}, of each {one.get('resourceType')}" for one in asked]
        return {**widget, "data": {"markdown": "\n".join(["**Explorer**", *lines, *_tags(properties)])}}
    title = f"{properties.get('title') or 'Explorer'}{OF_ALL}"
    look = {"title": title, "view": "timeSeries", "stacked": options.get("stacked", False)}
    return {**widget, "type": "metric", "properties": look, "data": {"series": series}}


def _queries(place: int, metric: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    namespace, dimension = RESOURCES.get(str(metric.get("resourceType")), ("", ""))
    if namespace:
        search = f'{{{namespace},{dimension}}} MetricName="{metric.get("metricName")}"'
        stat, period = metric.get("stat", DEFAULT_STAT), properties.get("period", DEFAULT_PERIOD)
        label = f"${{PROP('Dim.{dimension}')}} {metric.get('metricName')}"
        yield {"Id": f"explored{place}", "Expression": f"SEARCH('{search}', '{stat}', {period})", "Label": label}


def _tags(properties: Mapping[str, Any]) -> Iterator[str]:
    for one in properties.get("labels") or ():
        if isinstance(one, Mapping):
            yield f"- with the tag `{one.get('key')}`" + (f" = `{one['value']}`" if "value" in one else "")
    if properties.get("splitBy"):
        yield f"- one graph for each `{properties['splitBy']}`"


def chart(widget: Mapping[str, Any]) -> dict[str, Any]:
    """The widget with its queries written out."""
    properties = widget.get("properties") or {}
    data = properties.get("data")
    queries = data.get("queries") if isinstance(data, Mapping) else None
    found = [one for one in (queries if isinstance(queries, list) else ()) if isinstance(one, Mapping)]
    lines = [f"- {one.get('language', 'PromQL')}: `{one.get('query', '')}`" for one in found]
    text = "\n".join([f"**{properties.get('view', 'line')}**, drawn in the account alone", *lines])
    return {**widget, "data": {"markdown": text}}
