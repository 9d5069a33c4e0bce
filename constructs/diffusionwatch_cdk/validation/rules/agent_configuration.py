from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule

AGENT = "AmazonCloudWatch-"
_PLACEHOLDERS = ("${aws:", "${InstanceId")


class AgentConfiguration(Rule):
    id = "DW066"
    title = "A configuration that the CloudWatch agent misreads"
    why = "The agent keeps its old configuration, or drops the metrics, and says so in a log file of the node only."
    source = (
        "Manually create or edit the CloudWatch agent configuration file; Install the CloudWatch Observability add-on"
    )
    kinds = ("AWS::SSM::Parameter", "AWS::EKS::Addon")

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        key, addon = ("ConfigurationValues", True) if resource.kind == "AWS::EKS::Addon" else ("Value", False)
        text = resource.properties.get(key)
        if not isinstance(text, str) or not _of_the_agent(resource) or _unresolved(text):
            return
        data = _read(text, addon)
        if not isinstance(data, dict):
            yield Fault((key,), f"it is no {'object' if addon else 'JSON'}", "Write one JSON object")
            return
        from diffusionwatch_agent.check import check

        for finding in check(data):
            yield Fault(
                (key,), f"{finding.where}: {finding.message}", f"Correct {finding.where} (agent-config --check)"
            )


def _of_the_agent(resource: Resource) -> bool:
    if resource.kind == "AWS::EKS::Addon":
        return resource.properties.get("AddonName") == "amazon-cloudwatch-observability"
    return str(resource.properties.get("Name", "")).startswith(AGENT)


def _unresolved(text: str) -> bool:
    """Whether deployment fills something in; the agent's own placeholders are left to the agent."""
    for placeholder in _PLACEHOLDERS:
        text = text.replace(placeholder, "")
    return "${" in text


def _read(text: str, addon: bool) -> Any:
    try:
        return yaml.safe_load(text) if addon else json.loads(text)
    except (ValueError, yaml.YAMLError):
        return None
