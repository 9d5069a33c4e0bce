"""A stack is deployed from a dictionary; the AWS around it is new for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws


class Stacks:
    """CloudFormation as a test wants it."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        self.api = aws.client("cloudformation")

    def deploy(self, resources: dict[str, Any], name: str = "s", **rest: Any) -> str:
        """Through a change set, as the cdk command does; returns the stack's status."""
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in rest.pop("given", {}).items()]
        disable_rollback = rest.pop("disable_rollback", False)
        self.api.create_change_set(
            StackName=name,
            ChangeSetName="c",
            ChangeSetType="UPDATE" if self.exists(name) else "CREATE",
            TemplateBody=json.dumps({"Resources": resources, **rest}),
            Parameters=parameters,
        )
        self.api.execute_change_set(StackName=name, ChangeSetName="c", DisableRollback=disable_rollback)
        return str(self.stack(name)["StackStatus"])

    def exists(self, name: str) -> bool:
        stacks = self.api.describe_stacks()["Stacks"]
        return any(s["StackName"] == name and s["StackStatus"] != "REVIEW_IN_PROGRESS" for s in stacks)

    def stack(self, name: str = "s") -> dict[str, Any]:
        return dict(self.api.describe_stacks(StackName=name)["Stacks"][0])

    def outputs(self, name: str = "s") -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack(name).get("Outputs", [])}

    def events(self, name: str = "s") -> list[tuple[str, str]]:
        """Logical id and status, the oldest first."""
        told = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(told)]

    def reason(self, logical_id: str, name: str = "s") -> str:
        told = self.api.describe_stack_events(StackName=name)["StackEvents"]
        found = [event for event in told if event["LogicalResourceId"] == logical_id]
        return next(str(event["ResourceStatusReason"]) for event in found if "FAILED" in event["ResourceStatus"])

    def queues(self) -> set[str]:
        urls = self.aws.client("sqs").list_queues().get("QueueUrls", [])
        return {url.rsplit("/", 1)[1] for url in urls}


@pytest.fixture
def stacks() -> Iterator[Stacks]:
    aws = EmbeddedAws(clock=ManualClock())
    aws.start()
    yield Stacks(aws)
    aws.stop()


def queue(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


def bad_topic() -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "no spaces allowed"}}
