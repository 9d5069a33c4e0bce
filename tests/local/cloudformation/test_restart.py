"""Stacks are there again after a restart; what was never deployed is not."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws

from .conftest import Stacks, bad_topic, queue


def started(folder: Path) -> Stacks:
    aws = EmbeddedAws(clock=ManualClock(), data_dir=folder)
    aws.start()
    return Stacks(aws)


def test_a_stack_comes_back_with_its_id_parameters_and_resources(tmp_path: Path) -> None:
    first = started(tmp_path)
    name = {"Name": {"Type": "String"}}
    first.deploy({"A": queue("x", QueueName={"Ref": "Name"})}, Parameters=name, given={"Name": "jobs"})
    first.deploy({"B": queue("b")}, name="gone")
    first.api.delete_stack(StackName="gone")
    first.deploy({"C": bad_topic()}, name="failed")
    stack_id = first.stack()["StackId"]
    first.aws.stop()

    second = started(tmp_path)
    try:
        assert second.queues() == {"jobs"}
        assert second.stack()["StackId"] == stack_id
        assert second.stack()["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "jobs"}]
        assert [stack["StackName"] for stack in second.api.describe_stacks()["Stacks"]] == ["s"]
    finally:
        second.aws.stop()


def test_a_functions_code_comes_back_from_its_asset(tmp_path: Path) -> None:
    first = started(tmp_path)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return 'here again'")
    s3 = first.aws.client("s3")
    s3.create_bucket(Bucket="assets")
    s3.put_object(Bucket="assets", Key="code.zip", Body=written.getvalue())
    first.deploy(resources())
    first.aws.stop()

    second = started(tmp_path)
    try:
        answer = second.aws.client("lambda").invoke(FunctionName="f")
        assert json.loads(answer["Payload"].read()) == "here again"
    finally:
        second.aws.stop()


def test_a_damaged_file_costs_its_stack_only(tmp_path: Path) -> None:
    first = started(tmp_path)
    first.deploy({"A": queue("a")}, name="one")
    first.deploy({"B": queue("b")}, name="two")
    first.aws.stop()
    (tmp_path / "stacks" / "one.json").write_text("{")

    second = started(tmp_path)
    try:
        assert second.queues() == {"b"}
    finally:
        second.aws.stop()


def resources() -> dict[str, Any]:
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "x"}}]}
    function = {
        "FunctionName": "f",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Code": {"S3Bucket": "assets", "S3Key": "code.zip"},
    }
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": function},
    }
