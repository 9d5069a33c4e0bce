"""What was deployed, as an outsider finds it: through CloudFormation and the services, not through our stacks' code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from diffusionwatch_local.demo.deploy import ENVIRONMENT
from diffusionwatch_local.demo.refusal import Refusal

GROUP, QUEUE, PARAMETER = "AWS::AutoScaling::AutoScalingGroup", "AWS::SQS::Queue", "AWS::SSM::Parameter"


@dataclass(frozen=True)
class Deployed:
    """The sample fleet and where its telemetry goes."""

    environment: str
    service: str
    group: str
    instance_type: str
    queue_url: str
    inbox_url: str
    agent_configuration: dict[str, Any]
    chat_secret: str | None
    """The secret from which the alert digest reads a webhook's address; None without such a route."""


def discover(client: Callable[[str], Any]) -> Deployed:
    """Finds the fleet among the deployed resources; Refusal names what is not there."""
    resources = _resources(client("cloudformation"))
    group = _only(resources, GROUP)
    parameter = _only(resources, PARAMETER)
    configuration = json.loads(client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"])
    return Deployed(
        environment=ENVIRONMENT,
        service=group.removesuffix(f"-{ENVIRONMENT}"),
        group=group,
        instance_type=_instance_type(client, group),
        queue_url=_jobs(client("sqs"), resources.get(QUEUE, [])),
        inbox_url=_inbox(client),
        agent_configuration=configuration,
        chat_secret=_chat_secret(client("lambda")),
    )


def in_service(autoscaling: Any, group: str) -> list[str]:
    """The ids of the group's instances that are in service, in the order in which they came."""
    described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    instances = described[0]["Instances"] if described else []
    return [instance["InstanceId"] for instance in instances if instance["LifecycleState"] == "InService"]


def _resources(cloudformation: Any) -> dict[str, list[str]]:
    """Physical ids by resource type."""
    found: dict[str, list[str]] = {}
    for page in cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            answer = cloudformation.describe_stack_resources(StackName=stack["StackName"])
            for resource in answer["StackResources"]:
                found.setdefault(resource["ResourceType"], []).append(resource["PhysicalResourceId"])
    return found


def _only(resources: dict[str, list[str]], kind: str) -> str:
    found = [name for name in resources.get(kind, []) if kind != PARAMETER or name.startswith("AmazonCloudWatch-")]
    if len(found) != 1:
        raise Refusal(f"the demo needs one {kind} in environments/{ENVIRONMENT}.yaml's stacks; there are {len(found)}")
    return found[0]


def _jobs(sqs: Any, urls: list[str]) -> str:
    """The queue from which workers take jobs: the one that has a dead-letter queue."""
    for url in urls:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
        if "RedrivePolicy" in attributes:
            return url
    raise Refusal("the demo needs a queue with a dead-letter queue; none was deployed")


def _inbox(client: Callable[[str], Any]) -> str:
    """The queue that is subscribed to the topics of the alarms."""
    for page in client("sns").get_paginator("list_subscriptions").paginate():
        for subscription in page["Subscriptions"]:
            if subscription["Protocol"] == "sqs":
                name = subscription["Endpoint"].rsplit(":", 1)[-1]
                url: str = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
                return url
    raise Refusal(
        f"the demo reads the notifications from a queue: add an sqs contact to environments/{ENVIRONMENT}.yaml"
    )


def _chat_secret(functions: Any) -> str | None:
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = function.get("Environment", {}).get("Variables", {})
            for route in json.loads(variables.get("DIFFUSIONWATCH_DIGEST", "{}")).get("routes", {}).values():
                if route["channel"] == "webhook":
                    return str(route["secret"])
    return None


def _instance_type(client: Callable[[str], Any], group: str) -> str:
    described = client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    kind: str = described["AutoScalingGroups"][0]["Instances"][0]["InstanceType"]
    return kind
