"""The function as deployed: its package alone in a process, with the instances and the table of the embedded AWS."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cost_meter
from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch.service import CloudWatchService
from diffusionwatch_local.logs import LogsService

PACKAGE = Path(cost_meter.__file__).parent
FUNCTION, TABLE = "diffusionwatch-prod-cost-meter", "diffusionwatch-prod-cost"
SERVICES = {"image-api": {"auto_scaling_group": "image-api-prod", "instance_type": "g6e.xlarge"}}


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    clock, store = ManualClock(time.time()), MetricStore()  # instances are launched on the machine's own clock
    aws = EmbeddedAws(clock=clock, services=(CloudWatchService(clock=clock, store=store), LogsService(store, clock)))
    aws.start()
    yield aws
    aws.stop()


def deploy(aws: EmbeddedAws) -> None:
    autoscaling = aws.client("autoscaling")
    image = aws.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    autoscaling.create_launch_configuration(LaunchConfigurationName="gpu", ImageId=image, InstanceType="g6e.xlarge")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="image-api-prod",
        LaunchConfigurationName="gpu",
        MinSize=2,
        MaxSize=2,
        AvailabilityZones=["us-east-1a"],
    )
    aws.client("dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for file in PACKAGE.glob("*.py"):
            archive.write(file, Path("cost_meter") / file.name)
    role = aws.client("iam").create_role(RoleName="meter", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    aws.client("lambda").create_function(
        FunctionName=FUNCTION,
        Runtime="python3.14",
        Role=role,
        Handler="cost_meter.handler.handler",
        Code={"ZipFile": written.getvalue()},
        Timeout=60,
        Environment={
            "Variables": {
                "DIFFUSIONWATCH_ENVIRONMENT": "prod",
                "DIFFUSIONWATCH_SERVICES": json.dumps(SERVICES),
                "DIFFUSIONWATCH_TABLE": TABLE,
                "DIFFUSIONWATCH_PRICE_LIST": "us-east-1",
            }
        },
    )


def call(aws: EmbeddedAws, at: str) -> list[dict[str, Any]]:
    answer = aws.client("lambda").invoke(FunctionName=FUNCTION, Payload=json.dumps({"time": at}), LogType="Tail")
    assert "FunctionError" not in answer, answer["Payload"].read()
    return [json.loads(line) for line in base64.b64decode(answer["LogResult"]).decode().splitlines()]


def test_two_instances_of_a_group_are_priced_by_the_price_list_and_counted_once(aws: EmbeddedAws) -> None:
    deploy(aws)
    said = call(aws, "2099-03-02T09:05:00Z")
    again = call(aws, "2099-03-02T09:05:00Z")

    steps = [body for body in said if "EstimatedCost" in body]
    assert [body["EstimatedCost"] for body in steps] == [pytest.approx(2 * 1.861 / 12, abs=1e-6)]
    standing = said[-1]
    assert (standing["CostMeterErrors"], standing["UnpricedInstances"]) == (0, 0)
    assert again == []


def test_the_books_go_on_where_the_last_call_ended(aws: EmbeddedAws) -> None:
    deploy(aws)
    call(aws, "2099-03-02T09:05:00Z")
    said = call(aws, "2099-03-02T09:20:00Z")

    steps = [body for body in said if "EstimatedCost" in body]
    assert [body["seconds"] for body in steps] == [300, 300, 300]
    assert said[-1]["CostToday"] == pytest.approx(2 * 1.861 / 3, abs=1e-4)
