from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cost_meter import handler as meter
from diffusionwatch.catalog import METRICS, SERVICE
from diffusionwatch.catalog import NAMESPACE as CATALOG_NAMESPACE

NOW = datetime(2026, 3, 2, 9, 5, tzinfo=timezone.utc)
INTERVAL = timedelta(minutes=5)
IMAGE_API = meter.Service("image-api", "image-api-prod", "g6e.xlarge", 1.861)


class Cloudwatch:
    """GetMetricData with values by instance; remembers what was asked."""

    def __init__(self, values: dict[str, list[float]] | None = None) -> None:
        self.values = values or {}
        self.calls: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> Cloudwatch:
        assert operation == "get_metric_data"
        return self

    def paginate(self, **call: Any) -> list[dict[str, Any]]:
        self.calls.append(call)
        results = []
        for query in reversed(call["MetricDataQueries"]):  # CloudWatch promises no order
            (dimension,) = query["MetricStat"]["Metric"]["Dimensions"]
            results.append({"Id": query["Id"], "Values": self.values.get(dimension["Value"], [])})
        return [{"MetricDataResults": results}]


class AutoScaling:
    """DescribeAutoScalingGroups with instances as (id, type, lifecycle state)."""

    def __init__(self, **groups: list[tuple[str, str, str]]) -> None:
        self.groups = {name.replace("_", "-"): instances for name, instances in groups.items()}

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:  # noqa: N803
        return {
            "AutoScalingGroups": [
                {
                    "Instances": [
                        {"InstanceId": i, "InstanceType": t, "LifecycleState": s} for i, t, s in self.groups[name]
                    ]
                }
                for name in AutoScalingGroupNames
                if name in self.groups
            ]
        }


def running(count: int, kind: str = "g6e.xlarge") -> list[tuple[str, str, str]]:
    return [(f"i-{number}", kind, "InService") for number in range(count)]


def metered(autoscaling: AutoScaling, cloudwatch: Cloudwatch, *services: meter.Service) -> list[str]:
    lines: list[str] = []
    meter.meter("prod", services or (IMAGE_API,), NOW, INTERVAL, autoscaling, cloudwatch, lines.append)
    return lines


def test_names_are_the_catalogue_s() -> None:
    assert meter.NAMESPACE == CATALOG_NAMESPACE
    assert meter.DIMENSIONS == SERVICE
    for name in (meter.ESTIMATED_COST, meter.IDLE_COST):
        assert METRICS[name].dimension_sets == (meter.DIMENSIONS,)
        assert METRICS[name].unit == "None"


def test_two_busy_instances_cost_their_price_for_the_interval_and_nothing_idle() -> None:
    (line,) = metered(AutoScaling(image_api_prod=running(2)), Cloudwatch({"i-0": [90.0] * 5, "i-1": [80.0] * 5}))
    body = json.loads(line)
    assert body["EstimatedCost"] == pytest.approx(2 * 1.861 / 12, abs=1e-6)
    assert body["IdleCost"] == 0
    assert (body["Environment"], body["Service"], body["instances"]) == ("prod", "image-api", 2)


def test_the_document_is_embedded_metric_format_stamped_with_the_schedule_s_time() -> None:
    (line,) = metered(AutoScaling(image_api_prod=running(1)), Cloudwatch({"i-0": [90.0]}))
    assert json.loads(line)["_aws"] == {
        "Timestamp": int(NOW.timestamp() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": "DiffusionWatch",
                "Dimensions": [["Environment", "Service"]],
                "Metrics": [{"Name": "EstimatedCost", "Unit": "None"}, {"Name": "IdleCost", "Unit": "None"}],
            }
        ],
    }


def test_idle_minutes_are_charged_as_idle() -> None:
    values = {"i-0": [90.0, 90.0, 0.0, 0.0, 90.0], "i-1": [0.0, 1.0, 2.0, 3.0, 4.9]}
    body = json.loads(metered(AutoScaling(image_api_prod=running(2)), Cloudwatch(values))[0])
    assert body["IdleCost"] == pytest.approx(body["EstimatedCost"] * 7 / 10, abs=1e-6)


def test_an_instance_that_reports_nothing_is_not_counted_as_idle() -> None:
    values = {"i-0": [0.0, 0.0, 0.0, 0.0], "i-2": [0.0, 90.0]}
    body = json.loads(metered(AutoScaling(image_api_prod=running(3)), Cloudwatch(values))[0])
    assert body["IdleCost"] == pytest.approx(1.5 * 1.861 / 12, abs=1e-6)


def test_the_idle_threshold_itself_counts_as_work() -> None:
    body = json.loads(metered(AutoScaling(image_api_prod=running(1)), Cloudwatch({"i-0": [5.0]}))[0])
    assert body["IdleCost"] == 0


def test_idle_cost_is_absent_when_no_instance_reports_its_gpus() -> None:
    body = json.loads(metered(AutoScaling(image_api_prod=running(1)), Cloudwatch())[0])
    assert body["EstimatedCost"] > 0
    assert "IdleCost" not in body
    assert [metric["Name"] for metric in body["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["EstimatedCost"]


def test_a_fleet_scaled_to_zero_costs_a_known_nothing() -> None:
    cloudwatch = Cloudwatch()
    body = json.loads(metered(AutoScaling(image_api_prod=[]), cloudwatch)[0])
    assert (body["EstimatedCost"], body["IdleCost"]) == (0, 0)
    assert cloudwatch.calls == []


@pytest.mark.parametrize("state", ["Pending", "Terminated", "Detached", "Warmed:Stopped"])
def test_instances_that_ec2_does_not_bill_cost_nothing(state: str) -> None:
    body = json.loads(metered(AutoScaling(image_api_prod=[("i-0", "g6e.xlarge", state)]), Cloudwatch())[0])
    assert body["EstimatedCost"] == 0


@pytest.mark.parametrize("state", ["Standby", "Terminating:Wait", "Pending:Wait"])
def test_instances_out_of_service_that_still_run_are_paid_for(state: str) -> None:
    body = json.loads(metered(AutoScaling(image_api_prod=[("i-0", "g6e.xlarge", state)]), Cloudwatch())[0])
    assert body["EstimatedCost"] > 0


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (meter.Service("image-api", "image-api-prod", "p5e.48xlarge", None), "p5e.48xlarge"),
        (IMAGE_API, "g6e.2xlarge"),
    ],
)
def test_an_unknown_price_gives_no_figure_but_a_line_that_says_so(service: meter.Service, kind: str) -> None:
    (line,) = metered(AutoScaling(image_api_prod=running(1, kind)), Cloudwatch({"i-0": [0.0]}), service)
    assert line == f"image-api: cost unknown, no price for one of {kind}"


def test_a_service_that_cannot_be_metered_is_named_and_the_others_are_written_once() -> None:
    gone = meter.Service("gone", "no-such-group", "g6e.xlarge", 1.861)
    written, said = metered(AutoScaling(image_api_prod=running(1)), Cloudwatch(), gone, IMAGE_API)
    assert json.loads(written)["Service"] == "image-api"
    assert said == "gone: not metered: no Auto Scaling group 'no-such-group' in this Region"


def test_a_call_that_metered_nothing_fails_so_that_it_is_tried_again() -> None:
    with pytest.raises(RuntimeError, match="image-api: not metered: no Auto Scaling group 'image-api-prod'"):
        metered(AutoScaling(), Cloudwatch())


def test_large_fleets_are_asked_for_in_calls_of_five_hundred() -> None:
    cloudwatch = Cloudwatch()
    metered(AutoScaling(image_api_prod=running(1001)), cloudwatch)
    assert [len(call["MetricDataQueries"]) for call in cloudwatch.calls] == [500, 500, 1]
    assert cloudwatch.calls[0]["StartTime"] == NOW - INTERVAL


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    meter._client.cache_clear()
    with mock_aws():
        yield
    meter._client.cache_clear()


def test_the_handler_meters_a_group_through_the_real_clients(
    aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    image = boto3.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    autoscaling = boto3.client("autoscaling")
    autoscaling.create_launch_configuration(LaunchConfigurationName="gpu", ImageId=image, InstanceType="g6e.xlarge")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="image-api-prod",
        LaunchConfigurationName="gpu",
        MinSize=2,
        MaxSize=2,
        AvailabilityZones=["us-east-1a"],
    )
    settings = {"auto_scaling_group": "image-api-prod", "instance_type": "g6e.xlarge", "usd_per_hour": 1.861}
    monkeypatch.setenv("DIFFUSIONWATCH_ENVIRONMENT", "prod")
    monkeypatch.setenv("DIFFUSIONWATCH_SERVICES", json.dumps({"image-api": {**settings, "idle_below_percent": 5}}))
    meter.handler({"time": "2026-03-02T09:05:00Z"}, None)
    body = json.loads(capsys.readouterr().out)
    assert body["EstimatedCost"] == pytest.approx(2 * 1.861 / 12, abs=1e-6)
    assert body["_aws"]["Timestamp"] == int(NOW.timestamp() * 1000)
