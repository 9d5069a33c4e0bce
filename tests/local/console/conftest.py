from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.console.server import Console
from diffusionwatch_local.logs import LogsService

START = 1_767_571_200.0
ARN = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:demo-hot"


def body() -> dict[str, Any]:
    lines = {"horizontal": [{"value": 50, "label": "hot", "fill": "above"}]}
    metric: list[Any] = ["NS", "Heat", "Host", "h", {"stat": "Maximum", "period": 60, "label": "Heat"}]
    common = {"metrics": [metric], "region": "us-east-1"}
    band = [{"expression": "ANOMALY_DETECTION_BAND(m, 3)", "label": "Usual", "id": "b"}]
    logs = {"region": "us-east-1"}
    links = (
        "[a link](https://example.com)",
        "[home](https://aws.test/#dashboards/dashboard/demo-all-views)",
        "[faults](https://aws.test/?q=group(a%20(b)))",
        "[logs](https://aws.test/#logsV2:logs-insights)",
    )
    grouped = "SOURCE '/g' | stats count(*) as n by"
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("text", {"markdown": "# Fleet\nwith **bold** and " + " · ".join(links)}),
        ("alarm", {"title": "Alarms", "alarms": [ARN]}),
        ("metric", {**common, "title": "Graph", "view": "timeSeries", "annotations": lines}),
        ("metric", {**common, "title": "Stack", "view": "timeSeries", "stacked": True}),
        ("metric", {**common, "title": "Number", "view": "singleValue", "sparkline": True}),
        ("metric", {**common, "title": "Gauge", "view": "gauge", "yAxis": {"left": {"min": 0, "max": 100}}}),
        ("metric", {**common, "title": "Bar", "view": "bar"}),
        ("metric", {**common, "title": "Pie", "view": "pie"}),
        ("metric", {**common, "title": "Table", "view": "table"}),
        ("metric", {"title": "Alarm's own", "annotations": {"alarms": [ARN]}, "region": "us-east-1"}),
        ("log", {"title": "Log", "region": "us-east-1", "query": "SOURCE '/g' | fields @timestamp, who | limit 5"}),
        ("metric", {"title": "Refused", "region": "us-east-1", "metrics": [[{"expression": "NONSENSE(", "id": "e"}]]}),
        (
            "metric",
            {
                "title": "On chosen-host",
                "region": "us-east-1",
                "metrics": [["NS", "Heat", "Host", "chosen-host", {"stat": "Maximum", "period": 60}]],
            },
        ),
        ("metric", {**common, "title": "Ten minutes", "start": "-PT10M"}),
        ("metric", {**common, "title": "Band", "metrics": [[*metric[:-1], {**metric[-1], "id": "m"}], band]}),
        ("metric", {**common, "title": "Mine", "accountId": "111122223333"}),
        ("metric", {**common, "title": "Theirs", "accountId": "444455556666"}),
        ("log", {**logs, "title": "Their log", "accountId": "444455556666", "query": f"{grouped} who"}),
        ("log", {"title": "Unknown", "region": "us-east-1", "query": "SOURCE '/g' | pattern @message"}),
        ("log", {**logs, "title": "Log bars", "view": "bar", "query": "SOURCE '/g' | stats avg(ms) as mean by who"}),
        ("log", {**logs, "title": "Log pie", "view": "pie", "query": f"{grouped} who"}),
        ("log", {**logs, "title": "Log lines", "view": "timeSeries", "query": f"{grouped} bin(1m)"}),
        ("log", {**logs, "title": "Log areas", "view": "timeSeries", "stacked": True, "query": f"{grouped} bin(1m)"}),
        ("log", {**logs, "title": "No bins", "view": "stackedArea", "query": f"{grouped} who"}),
    ]
    widgets = [
        {"type": kind, "x": n % 4 * 6, "y": n // 4 * 6, "width": 6, "height": 6, "properties": properties}
        for n, (kind, properties) in enumerate(kinds)
    ]
    host = {
        "type": "pattern",
        "pattern": "chosen-host",
        "inputType": "select",
        "id": "host",
        "label": "Host",
        "defaultValue": "__FIRST",
        "search": '{NS,Host} MetricName="Heat"',
        "populateFrom": "Host",
    }
    return {"start": "-PT1H", "widgets": widgets, "variables": [host]}


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="module")
def console(clock: ManualClock) -> Iterator[Console]:
    """A console over an embedded AWS with one dashboard of every view, one alarm that is going off, one log group."""
    cloudwatch = CloudWatchService(clock)
    logs = LogsService(cloudwatch.store, clock)
    aws = EmbeddedAws(clock=clock, services=(logs, cloudwatch))
    aws.start()
    client = aws.client("cloudwatch")
    client.put_dashboard(DashboardName="demo-all-views", DashboardBody=json.dumps(body()))
    client.put_metric_alarm(
        AlarmName="demo-hot",
        Namespace="NS",
        MetricName="Heat",
        Dimensions=[{"Name": "Host", "Value": "h"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
    )
    for minute in range(30):
        for host, heat in (("h", 40.0 + minute), ("i", 7.0)):
            datum = {
                "MetricName": "Heat",
                "Dimensions": [{"Name": "Host", "Value": host}],
                "Value": heat,
                "Timestamp": clock.time(),
            }
            if minute not in (10, 11):
                client.put_metric_data(Namespace="NS", MetricData=[datum])
        clock.advance(60)
        aws.tick(clock.time())
    aws.client("logs").create_log_group(logGroupName="/g")
    aws.client("logs").put_query_definition(
        name="demo/who was slow", queryString="stats max(ms) as slowest by who", logGroupNames=["/g"]
    )
    event = {"timestamp": int(clock.time() * 1000) - 1000, "message": json.dumps({"who": "worker-1", "ms": 40})}
    logs.put("/g", "s", [event], create=True)
    console = Console(aws.client, clock, story=dict)
    console.start()
    yield console
    console.stop()
    aws.stop()
