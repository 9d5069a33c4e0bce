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

_TYPE = re.compile(r"[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+")
"""An instance type, with GPUs or without."""
INNER = ("ASG", "Resource")
"""What CDK's own constructs call the group inside them."""


@dataclass(frozen=True)
class FoundFleet:
    """A group of GPU instances."""

    resource: autoscaling.CfnAutoScalingGroup | eks.CfnNodegroup
    instance_type: str | None
    """None: known only when it is deployed"""
    tags: dict[str, str]

    @property
    def service(self) -> str:
        """The tag's name, or the construct's own in lower case with hyphens."""
        node = self.resource.node
        named = node.scope.node.id if node.scope and node.id in INNER else node.id
        return self.tags.get(SERVICE) or re.sub(r"[^a-z0-9]+", "-", _hyphens(named)).strip("-")


def found(node: IConstruct) -> FoundFleet | None:
    """The fleet that this node is; None for anything else, for groups without GPUs, and for those tagged ``off``.

    A group whose instance type the tree does not tell (a parameter, an imported template) is one if it is tagged
    ``diffusionwatch:service``.
    """
    if isinstance(node, autoscaling.CfnAutoScalingGroup):
        given: tuple[Any, ...] = (node.mixed_instances_policy, node.launch_template, node.launch_configuration_name)
    elif isinstance(node, eks.CfnNodegroup):
        given = (node.instance_types, node.launch_template)
    else:
        return None
    tags = {name: str(value) for name, value in node.tags.tag_values().items()}
    if tags.get(MONITOR) == "off":
        return None
    types = list(_instance_types(cdk.Stack.of(node), given))
    gpu = next((one for one in types if one in INSTANCES), None)
    untold = not types and SERVICE in tags
    return FoundFleet(node, gpu, tags) if gpu or untold else None


def _instance_types(stack: cdk.Stack, given: tuple[Any, ...]) -> Iterator[str]:
    """The instance types in some properties, and then in the launch templates or configurations they refer to."""
    words = [word for part in given for word in _strings(stack.resolve(part))]
    yield from filter(_TYPE.fullmatch, words)
    for template in _templates(stack, frozenset(words)):
        yield from filter(_TYPE.fullmatch, _strings(stack.resolve(template)))


def _templates(stack: cdk.Stack, logical_ids: frozenset[str]) -> list[Any]:
    """Of the stack itself; where it has none of those ids, of the others of the app."""
    for scope in (stack, stack.node.root):
        found: list[Any] = []
        for one in scope.node.find_all():
            if isinstance(one, ec2.CfnLaunchTemplate) and stack.resolve(one.logical_id) in logical_ids:
                found.append(one.launch_template_data)
            elif isinstance(one, autoscaling.CfnLaunchConfiguration) and stack.resolve(one.logical_id) in logical_ids:
                found.append(one.instance_type)
        if found:
            return found
    return []


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
