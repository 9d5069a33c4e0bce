"""The CloudWatch agent's configuration inside a template: in a parameter, or in the values of the EKS add-on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from .finding import Fault
from .resource import Resource

PARAMETER, ADDON = "AWS::SSM::Parameter", "AWS::EKS::Addon"
PREFIX = "AmazonCloudWatch-"
"""What CloudWatchAgentServerPolicy lets a node read."""
SCHEMA = "schema"
_PLACEHOLDERS = ("${aws:", "${InstanceId")


def configuration(resource: Resource) -> tuple[str, Any] | None:
    """The property that holds it, and what can be read of it; None where there is none or deployment fills it in."""
    addon = resource.kind == ADDON
    key = "ConfigurationValues" if addon else "Value"
    text = resource.properties.get(key)
    if not isinstance(text, str) or not _of_the_agent(resource) or _unresolved(text):
        return None
    try:
        return key, yaml.safe_load(text) if addon else json.loads(text)
    except (ValueError, yaml.YAMLError):
        return key, None


def faults(resource: Resource, *, of_schema: bool) -> Iterator[Fault]:
    """What the agent's own room says about it: what the agent refuses, or what does less than it seems."""
    from diffusionwatch_agent.check import check

    found = configuration(resource)
    if found is None or not isinstance(found[1], dict):
        return
    for finding in check(found[1]):
        if (finding.rule == SCHEMA) == of_schema:
            fix = f"Correct {finding.where}; diffusionwatch agent-config --check tells more"
            yield Fault((found[0],), f"{finding.where}: {finding.message}", fix)


def _of_the_agent(resource: Resource) -> bool:
    if resource.kind == ADDON:
        return resource.properties.get("AddonName") == "amazon-cloudwatch-observability"
    return str(resource.properties.get("Name", "")).startswith(PREFIX)


def _unresolved(text: str) -> bool:
    """Whether deployment fills something in; the agent's own placeholders are left to the agent."""
    for placeholder in _PLACEHOLDERS:
        text = text.replace(placeholder, "")
    return "${" in text
