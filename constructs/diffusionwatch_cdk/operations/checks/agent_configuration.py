from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from diffusionwatch_agent import document_name, parameter_name, parameter_value
from diffusionwatch_agent.delivery import AGENT_VERSION

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding


class AgentConfiguration(Check):
    id = "agent-configuration"
    title = "The nodes read the agent configuration that the settings render, and install the agent's pinned version"
    why = "An older configuration lacks metrics of newer alarms; somebody's own lacks them all."
    source = "Installing the CloudWatch agent using AWS Systems Manager"

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        ssm = deployment.client("ssm")
        for service, watched in deployment.watched.items():
            if watched.fleet.auto_scaling_group is None:
                continue  # on EKS the add-on holds it
            name = parameter_name(deployment.settings.name, service)
            try:
                there = ssm.get_parameter(Name=name)["Parameter"]["Value"]
            except ssm.exceptions.ParameterNotFound:
                yield self.broken(name, "no such parameter", "Deploy the agent stack.")
            else:
                if _parsed(there) == _parsed(parameter_value(watched.nodes)):
                    yield self.ok(name, "as the settings render it")
                else:
                    yield self.warning(name, "other than the settings render it", "Deploy the agent stack.")
            if deployment.settings.services[service].fleet.install_agent:
                yield self._installed(ssm, document_name(deployment.settings.name, service))

    def _installed(self, ssm: Any, document: str) -> Finding:
        try:
            content = ssm.get_document(Name=document)["Content"]
        except ssm.exceptions.InvalidDocument:
            return self.broken(document, "no such document: nothing installs the agent", "Deploy the agent stack.")
        steps = (_parsed(content) or {}).get("mainSteps", ())
        versions = [step["inputs"]["version"] for step in steps if "version" in step.get("inputs", {})]
        if versions == [AGENT_VERSION]:
            return self.ok(document, f"installs agent {AGENT_VERSION}")
        seen = f"installs agent {', '.join(versions) or 'nobody knows which'}, not {AGENT_VERSION}"
        return self.warning(document, seen, "Deploy the agent stack.")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
