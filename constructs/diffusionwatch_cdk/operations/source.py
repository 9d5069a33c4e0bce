"""What an alarm reads: a metric, or a Metrics Insights query over many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SELECT = re.compile(r"""\s*SELECT\s+\w+\("?([^")]+)"?\)\s+FROM\s+(?:SCHEMA\()?\s*"?([^",)\s]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One metric; of a query its metric's name, and the query itself.

    >>> source, = sources({"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Dimensions": []})
    >>> source.label
    'AWS/SQS/NumberOfMessagesSent'
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()
    account: str = ""
    query: str = ""

    @property
    def label(self) -> str:
        narrowed = ", ".join(value for _, value in self.dimensions)
        return f"{self.namespace}/{self.name}" + (f" of {narrowed}" if narrowed else "")

    def question(self, name: str) -> dict[str, Any]:
        """The entry of GetMetricData that asks how many samples there were in each minute."""
        if self.query:
            return {"Id": name, "Expression": self.query, "Period": 60}
        asked = {"Id": name, "MetricStat": {"Metric": self.metric(), "Period": 60, "Stat": "SampleCount"}}
        return {**asked, "AccountId": self.account} if self.account else asked

    def metric(self) -> dict[str, Any]:
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}


def sources(alarm: Mapping[str, Any]) -> Iterator[Source]:
    """What an alarm of DescribeAlarms reads, each once."""
    found = [_of(alarm)] if "MetricName" in alarm else []
    for entry in alarm.get("Metrics", ()):
        if "MetricStat" in entry:
            found.append(_of(entry["MetricStat"]["Metric"], entry.get("AccountId", "")))
        elif selected := _SELECT.match(entry.get("Expression", "")):
            found.append(Source(selected[2], selected[1], query=entry["Expression"]))
    yield from dict.fromkeys(found)


def _of(metric: Mapping[str, Any], account: str = "") -> Source:
    dimensions = sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions", ()))
    return Source(metric["Namespace"], metric["MetricName"], tuple(dimensions), account)
