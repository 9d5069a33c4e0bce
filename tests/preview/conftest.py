"""A folder of templates whose dashboard has a widget of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.data import Data, stated_day

QUEUE = ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "jobs"]
IMAGES = ["DiffusionWatch", "ImagesGenerated", "Environment", "prod", "Service", "a", "Model"]
FAULTS = "SOURCE '/diffusionwatch/prod/a/worker' | fields @timestamp, ErrorClass | filter RequestsFaulted > 0 | limit 5"
GPU = ["CWAgent", "nvidia_smi_utilization_gpu", "AutoScalingGroupName", "fleet"]
HANDLER = """
import os

def handler(event, context):
    assert event["widgetContext"]["timeRange"]["end"] > event["widgetContext"]["timeRange"]["start"]
    print("a line of its log")
    return f"<b onclick='x()'>{os.environ['GREETING']}, {event['who']}</b><script>document.title = 'evil'</script>"
"""
HELLO = "arn:aws:lambda:us-east-1:111122223333:function:hello"
ARN = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:"


def widget(title: str, place: int, kind: str = "metric", **properties: Any) -> dict[str, Any]:
    where = {"x": place % 3 * 8, "y": place // 3 * 6, "width": 8, "height": 6}
    return {"type": kind, **where, "properties": {"title": title, "region": "us-east-1", **properties}}


def body() -> dict[str, Any]:
    """Every kind of widget that CloudWatch draws from metrics, logs, alarms and text."""
    two = [[*QUEUE, {"stat": "Sum", "period": 300, "id": "sent"}], [*GPU, {"stat": "Average", "period": 300}]]
    models = [[*IMAGES, model, {"stat": "Sum", "period": 3600}] for model in ("sdxl", "flux", "sd3")]
    search = "SEARCH('{CWAgent,AutoScalingGroupName,InstanceId,index,name,arch} utilization', 'Average', 300)"
    horizontal = [{"value": 100, "label": "limit", "yAxis": "left"}]
    widgets = [
        widget(
            "Line",
            0,
            view="timeSeries",
            metrics=two,
            yAxis={"left": {"min": 0, "max": 200}},
            annotations={"horizontal": horizontal, "vertical": [{"value": "2026-01-05T12:00:00Z", "label": "deploy"}]},
        ),
        widget("Stacked", 1, view="timeSeries", stacked=True, metrics=models),
        widget("Number", 2, view="singleValue", metrics=[two[0]], sparkline=True),
        widget("Gauge", 3, view="gauge", metrics=[two[1]], yAxis={"left": {"min": 0, "max": 100}}),
        widget("Bar", 4, view="bar", metrics=models),
        widget("Pie", 5, view="pie", metrics=models),
        widget("Table", 6, view="table", metrics=models),
        widget(
            "Math",
            7,
            metrics=[
                [*QUEUE, {"stat": "Sum", "period": 300, "id": "m", "visible": False}],
                [{"expression": "m / 5", "id": "e", "label": "a minute"}],
            ],
        ),
        widget("Search", 8, metrics=[[{"expression": search, "id": "s"}]]),
        widget("Alarm's own", 9, annotations={"alarms": [ARN + "busy"]}),
        widget("States", 10, "alarm", alarms=[ARN + "busy", ARN + "any"]),
        widget(
            "Log",
            11,
            "log",
            view="table",
            query=FAULTS,
        ),
        widget("Text", 12, "text", markdown="# Fleet\n**bold**"),
        widget(
            "Custom",
            14,
            "custom",
            endpoint=HELLO,
            params={"who": "you"},
        ),
        widget(
            "Team",
            15,
            "explorer",
            metrics=[{"metricName": QUEUE[1], "resourceType": "AWS::SQS::Queue", "stat": "Sum"}],
            labels=[{"key": "team", "value": "images"}],
        ),
        widget("PromQL", 16, "chart", view="line", data={"queries": [{"language": "PromQL", "query": "up"}]}),
        widget("Broken", 13, metrics=[[{"expression": "m9 / 5", "id": "e"}]]),
    ]
    variable = {
        "type": "property",
        "property": "QueueName",
        "inputType": "select",
        "id": "queue",
        "label": "Queue",
        "values": [{"value": "jobs", "label": "jobs"}, {"value": "jobs-dlq", "label": "dead letters"}],
    }
    return {"widgets": widgets, "variables": [variable]}


def template(dashboard: dict[str, Any], threshold: float = 75) -> dict[str, Any]:
    names = ("AutoScalingGroupName", "fleet")
    busy = {
        "AlarmName": "busy",
        "Namespace": GPU[0],
        "MetricName": GPU[1],
        "Statistic": "Average",
        "Period": 300,
        "Dimensions": [{"Name": names[0], "Value": names[1]}],
        "EvaluationPeriods": 3,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:page"],
        "AlarmDescription": "GPUs are busy",
    }
    return {
        "Resources": {
            "Hello": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "hello",
                    "Handler": "hello.handler.handler",
                    "Code": {"S3Key": "abc.zip"},
                    "Environment": {"Variables": {"GREETING": "Good day"}},
                },
            },
            "Busy": {"Type": "AWS::CloudWatch::Alarm", "Properties": busy},
            "Any": {
                "Type": "AWS::CloudWatch::CompositeAlarm",
                "Properties": {"AlarmName": "any", "AlarmRule": 'ALARM("busy")'},
            },
            "Board": {
                "Type": "AWS::CloudWatch::Dashboard",
                "Properties": {"DashboardName": "all kinds", "DashboardBody": json.dumps(dashboard)},
            },
        }
    }


def folder(where: Path, content: dict[str, Any]) -> Path:
    where.mkdir(parents=True, exist_ok=True)
    code = where / "asset.abc" / "hello"
    code.mkdir(parents=True, exist_ok=True)
    (code / "handler.py").write_text(HANDLER, encoding="utf-8")
    (where / "s.template.json").write_text(json.dumps(content), encoding="utf-8")
    return where


@pytest.fixture(scope="session")
def cdk_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("cdk.out"), template(body()))


@pytest.fixture(scope="session")
def assembly(cdk_out: Path) -> Assembly:
    return Assembly.read(cdk_out)


@pytest.fixture(scope="session")
def data(assembly: Assembly) -> Data:
    return stated_day([assembly])
