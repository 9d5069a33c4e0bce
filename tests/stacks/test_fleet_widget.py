"""The heat map of single GPUs, where an environment asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fleet_widget.request import read

from .conftest import checked

ENVIRONMENT = """
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {monthly_usd: 400}
fleet_widget: true
contacts:
  page: [{protocol: email, endpoint: on-call@example.com}]
  ticket: [{protocol: email, endpoint: tickets@example.com}]
services:
  on-ec2:
    fleet: {auto_scaling_group: images, instance_type: g6e.12xlarge, planned_instances: 3, queue: images}
  on-eks:
    fleet:
      {eks_cluster: images, namespace: serving, workload: worker, instance_type: g6e.xlarge, planned_instances: 1}
"""
ARN = "arn:aws:lambda:us-east-1:111122223333:function:diffusionwatch-trial-fleet-widget"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    out = checked(tmp_path_factory.mktemp("trial"), "trial", ENVIRONMENT)
    return {path.name.split(".")[0]: json.loads(path.read_text())["Resources"] for path in out.glob("*.template.json")}


def widget(templates: dict[str, dict[str, Any]], dashboard: str) -> dict[str, Any]:
    resources = templates["diffusionwatch-trial-monitoring"].values()
    (body,) = (
        json.loads(one["Properties"]["DashboardBody"])
        for one in resources
        if one["Type"] == "AWS::CloudWatch::Dashboard" and one["Properties"]["DashboardName"] == dashboard
    )
    (found,) = (one for one in body["widgets"] if one["type"] == "custom")
    return dict(found)


def test_the_dashboard_names_the_function_that_is_deployed(templates: dict[str, dict[str, Any]]) -> None:
    function = templates["diffusionwatch-trial-widget"]["FleetWidget"]["Properties"]

    assert ARN.endswith(f":{function['FunctionName']}")
    for service in ("on-ec2", "on-eks"):
        properties = widget(templates, f"trial-{service}-gpu")["properties"]
        assert properties["endpoint"] == ARN
        assert properties["updateOn"] == {"refresh": True, "resize": True, "timeRange": True}


@pytest.mark.parametrize(
    ("service", "metric"), [("on-ec2", "nvidia_smi_utilization_gpu"), ("on-eks", "node_gpu_utilization")]
)
def test_the_function_can_read_what_the_dashboard_asks(
    templates: dict[str, dict[str, Any]], service: str, metric: str
) -> None:
    parameters = widget(templates, f"trial-{service}-gpu")["properties"]["params"]
    request = read({**parameters, "widgetContext": {"timeRange": {"start": 0, "end": 60_000}}})

    assert [figure.title for figure in request.figures] == ["Utilisation", "Memory in use", "Temperature"]
    assert metric in request.figures[0].search
    assert request.node_log_group == f"/diffusionwatch/trial/{service}/node"


def test_its_role_reads_and_nothing_else(templates: dict[str, dict[str, Any]]) -> None:
    (role,) = (one["Properties"] for one in templates["diffusionwatch-trial-widget"].values() if "Role" in one["Type"])
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    by_action = {json.dumps(one["Action"]): one["Resource"] for one in statements}

    assert by_action['"cloudwatch:GetMetricData"'] == "*"
    assert by_action['"logs:FilterLogEvents"'] == [
        f"arn:aws:logs:us-east-1:111122223333:log-group:/diffusionwatch/trial/{service}/node:*"
        for service in ("on-ec2", "on-eks")
    ]
    assert len(by_action) == 3


def test_without_the_setting_there_is_neither_function_nor_widget(root: Path, tmp_path: Path) -> None:
    out = checked(tmp_path, "trial", ENVIRONMENT.replace("fleet_widget: true", ""))

    assert not list(out.glob("*widget*"))
    assert "fleet-widget" not in "".join(path.read_text() for path in out.glob("*.template.json"))


def test_an_alarm_tells_of_its_failures(templates: dict[str, dict[str, Any]]) -> None:
    resources = templates["diffusionwatch-trial-widget"]
    alarm, function = resources["FleetWidgetErrors"]["Properties"], resources["FleetWidget"]["Properties"]

    assert alarm["AlarmName"] == "trial-fleet-widget-errors"
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": function["FunctionName"]}]
    assert alarm["AlarmActions"] == ["arn:aws:sns:us-east-1:111122223333:diffusionwatch-trial-ticket"]
