"""Dashboards are checked as CloudWatch checks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from diffusionwatch_local.cloudwatch.dashboard_body import check_body

WIDGET = {
    "type": "metric",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "properties": {"region": "us-east-1", "metrics": [["AWS/SQS", "NumberOfMessagesSent", "QueueName", "q"], ["..."]]},
}


def body(*widgets: Any, **root: Any) -> str:
    return json.dumps({"widgets": widgets, **root})


def paths(text: str) -> list[str]:
    return [error["DataPath"] for error in check_body(text)[0]]


def test_a_dashboard_is_put_shown_listed_and_deleted(boto: Any) -> None:
    assert boto.put_dashboard(DashboardName="on-call", DashboardBody=body(WIDGET))["DashboardValidationMessages"] == []
    assert json.loads(boto.get_dashboard(DashboardName="on-call")["DashboardBody"])["widgets"] == [WIDGET]
    (entry,) = boto.list_dashboards(DashboardNamePrefix="on")["DashboardEntries"]
    assert entry["Size"] == len(body(WIDGET))
    boto.delete_dashboards(DashboardNames=["on-call"])
    with pytest.raises(ClientError, match="does not exist"):
        boto.get_dashboard(DashboardName="on-call")
    with pytest.raises(ClientError, match="does not exist"):
        boto.delete_dashboards(DashboardNames=["on-call"])


def test_a_body_that_is_no_json_is_refused(boto: Any) -> None:
    with pytest.raises(ClientError) as refused:
        boto.put_dashboard(DashboardName="bad", DashboardBody="{widgets:[]}")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterInput"
    assert "valid JSON" in str(refused.value)


def test_an_unknown_field_is_a_message_and_no_reason_to_refuse(boto: Any) -> None:
    answer = boto.put_dashboard(DashboardName="d", DashboardBody=body({**WIDGET, "colour": "red"}))
    assert [each["DataPath"] for each in answer["DashboardValidationMessages"]] == ["/widgets/0/colour"]


def test_a_name_with_a_space_is_refused(boto: Any) -> None:
    with pytest.raises(ClientError, match="on call"):
        boto.put_dashboard(DashboardName="on call", DashboardBody=body())


def with_properties(**changes: Any) -> dict[str, Any]:
    return {**WIDGET, "properties": {**WIDGET["properties"], **changes}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("widget", "path"),
    [
        ({**WIDGET, "type": "graph"}, "/widgets/0/type"),
        ({**WIDGET, "width": 25}, "/widgets/0/width"),
        ({**WIDGET, "x": "left"}, "/widgets/0/x"),
        ({**WIDGET, "properties": None}, "/widgets/0/properties"),
        (with_properties(region=""), "/widgets/0/properties/region"),
        (with_properties(view="donut"), "/widgets/0/properties/view"),
        (with_properties(metrics=None), "/widgets/0/properties"),
        (with_properties(metrics=[["AWS/SQS", "Sent", "QueueName"]]), "/widgets/0/properties/metrics/0"),
        ({"type": "text", "properties": {}}, "/widgets/0/properties/markdown"),
        ({"type": "alarm", "properties": {"alarms": []}}, "/widgets/0/properties/alarms"),
        ({"type": "log", "properties": {"region": "us-east-1"}}, "/widgets/0/properties/query"),
        ("text", "/widgets/0"),
    ],
)
def test_a_widget_that_could_not_be_drawn_is_an_error_at_its_place(widget: Any, path: str) -> None:
    assert paths(body(widget)) == [path]


def test_too_many_widgets_are_refused() -> None:
    assert paths(body(*[WIDGET] * 501)) == ["/widgets"]


def test_an_annotation_with_an_alarm_needs_no_metrics() -> None:
    alarms = ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:a"]
    assert paths(body(with_properties(metrics=None, annotations={"alarms": alarms}))) == []
