"""From a dashboard's widgets to the queries that answer them ("Dashboard body structure and syntax", API reference).

>>> queries, lines = metric_queries({"metrics": [["NS", "A", "Host", "h", {"stat": "Sum"}], [".", "B", ".", "."]]})
>>> [query["MetricStat"]["Metric"]["MetricName"] for query in queries]
['A', 'B']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEFAULT_STAT, DEFAULT_PERIOD = "Average", 300  # those of the CloudWatch console


@dataclass(frozen=True)
class Line:
    """How one query's result is drawn."""

    id: str
    label: str
    color: str
    axis: str


def metric_queries(properties: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[Line]]:
    """The MetricDataQueries of a metric widget, and how their results are drawn; hidden metrics have no line."""
    queries: list[dict[str, Any]] = []
    lines: list[Line] = []
    for place, (fields, look) in enumerate(entries(properties.get("metrics", ()))):
        identity = look.get("id", f"console{place}")
        visible = look.get("visible", True)
        query: dict[str, Any] = {"Id": identity, "ReturnData": visible}
        if account := look.get("accountId", properties.get("accountId")):
            query["AccountId"] = account
        if "label" in look:
            query["Label"] = look["label"]
        if "expression" in look:
            query["Expression"] = look["expression"]
            if "period" in look:
                query["Period"] = look["period"]
        else:
            query["MetricStat"] = metric_stat(fields, {**properties, **look})
        queries.append(query)
        if visible:
            name = look.get("label") or (fields[1] if fields else look["expression"])
            lines.append(Line(identity, name, look.get("color", ""), look.get("yAxis", "left")))
    return queries, lines


def metric_stat(fields: Sequence[str], look: Mapping[str, Any]) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in zip(fields[2::2], fields[3::2], strict=True)]
    return {
        "Metric": {"Namespace": fields[0], "MetricName": fields[1], "Dimensions": dimensions},
        "Stat": look.get("stat", DEFAULT_STAT),
        "Period": look.get("period", DEFAULT_PERIOD),
    }


def entries(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """Each row's fields written out, with its options: ``"."`` repeats the field above, ``"..."`` all that follow."""
    above: list[str] = []
    for row in rows:
        look = row[-1] if row and isinstance(row[-1], dict) else {}
        fields: list[str] = []
        short = [str(field) for field in row if not isinstance(field, dict)]
        for place, field in enumerate(short):
            if field == "...":
                kept = len(above) - (len(short) - 1)
                fields += above[place : max(place, kept + place)]
            else:
                fields.append(above[len(fields)] if field == "." and len(fields) < len(above) else field)
        if fields:
            above = fields
        yield fields, look


def alarm_of(properties: Mapping[str, Any]) -> str | None:
    """The name of the alarm that a metric widget draws, when it names one instead of metrics."""
    arns = properties.get("annotations", {}).get("alarms", ())
    return alarm_name(arns[0]) if arns and not properties.get("metrics") else None


def alarm_name(arn: str) -> str:
    """
    >>> alarm_name("arn:aws:cloudwatch:us-east-1:111122223333:alarm:prod-image-api-degraded")
    'prod-image-api-degraded'
    """
    return arn.split(":alarm:", 1)[-1]
