"""What in a construct tree is a fleet of GPUs: Auto Scaling groups and EKS node groups, by their instance types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from constructs import IConstruct

from diffusionwatch_agent.instances import INSTANCES

MONITOR, SERVICE, WORKLOAD = "diffusionwatch:monitor", "diffusionwatch:service", "diffusionwatch:workload"
"""The tags that say what a tree cannot: ``off`` leaves a group alone, a name, and on EKS ``namespace/deployment``."""

INNER = ("ASG", "Resource")
"""What CDK's own constructs call the group inside them."""


@dataclass(frozen=True)
class FoundFleet:
    """A group of GPU instances."""

    resource: autoscaling.CfnAutoScalingGroup | eks.CfnNodegroup
    instance_type: str
    tags: dict[str, str]

    @property
    def service(self) -> str:
        """The tag's name, or the construct's own in lower case with hyphens."""
        node = self.resource.node
        named = node.scope.node.id if node.scope and node.id in INNER else node.id
        return self.tags.get(SERVICE) or re.sub(r"[^a-z0-9]+", "-", _hyphens(named)).strip("-")


def found(node: IConstruct) -> FoundFleet | None:
    """The fleet that this node is; None for anything else, for groups without GPUs, and for those tagged ``off``."""
    if isinstance(node, autoscaling.CfnAutoScalingGroup):
        given: tuple[Any, ...] = (node.mixed_instances_policy, node.launch_template, node.launch_configuration_name)
    elif isinstance(node, eks.CfnNodegroup):
        given = (node.instance_types, node.launch_template)
    else:
        return None
    tags = {name: str(value) for name, value in node.tags.tag_values().items()}
    if tags.get(MONITOR) == "off":
        return None
    gpu = next((one for part in given for one in _instance_types(node, part) if one in INSTANCES), None)
    return FoundFleet(node, gpu, tags) if gpu else None


def _instance_types(node: IConstruct, given: Any) -> Iterator[str]:
    """Every string in a property, and in the launch template or configuration that it refers to."""
    stack = cdk.Stack.of(node)
    for word in _strings(stack.resolve(given)):
        yield word
        template = _template(stack, word)
        if template is not None:
            yield from _strings(stack.resolve(template))


def _template(stack: cdk.Stack, logical_id: str) -> Any:
    for one in stack.node.find_all():
        if isinstance(one, ec2.CfnLaunchTemplate) and stack.resolve(one.logical_id) == logical_id:
            return one.launch_template_data
        if isinstance(one, autoscaling.CfnLaunchConfiguration) and stack.resolve(one.logical_id) == logical_id:
            return one.instance_type
    return None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _hyphens(name: str) -> str:
    """
    >>> _hyphens("ImageWorkers"), _hyphens("GPU")
    ('image-workers', 'gpu')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
