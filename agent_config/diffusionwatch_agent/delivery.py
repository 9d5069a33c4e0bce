"""How the configuration reaches the nodes: an SSM parameter, and an association or user data that applies it.

One document of our own installs a pinned version and applies the parameter, in that order. Two associations of AWS's
own documents (AWS-ConfigureAWSPackage, AmazonCloudWatch-ManageAgent) would run in any order.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from diffusionwatch_agent.ec2 import ec2_configuration
from diffusionwatch_agent.names import parameter_name
from diffusionwatch_agent.nodes import GpuNodes

AGENT_VERSION = "1.300070.0b1586"
"""The first release that collects from the journal (release notes of 2026-06-19)."""

STANDARD_PARAMETER_BYTES = 4096
"""The largest value of a standard SSM parameter; beyond it a month of the advanced tier costs 0.05 dollars."""

_CONTROL = "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
_DOWNLOADS = "https://amazoncloudwatch-agent-{region}.s3.{region}.{suffix}"
_SUFFIXES = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}
"""What endpoints end with by how a Region begins, where that is not amazonaws.com."""


def parameter_value(nodes: GpuNodes) -> str:
    """The configuration as the SSM parameter holds it: compact, so that it stays in the standard tier."""
    return json.dumps(ec2_configuration(nodes), separators=(",", ":"))


def parameter_tier(nodes: GpuNodes) -> str:
    """`Standard` or `Advanced`, by the size of the value."""
    return "Standard" if len(parameter_value(nodes).encode()) <= STANDARD_PARAMETER_BYTES else "Advanced"


def document_name(environment: str, service: str) -> str:
    """
    >>> document_name("prod", "image-api")
    'diffusionwatch-prod-image-api-agent'
    """
    return f"diffusionwatch-{environment}-{service}-agent"


def document_content(nodes: GpuNodes, version: str = AGENT_VERSION) -> dict[str, Any]:
    """The SSM command document: installs that version of the agent, applies the parameter, (re)starts the agent."""
    return {
        "schemaVersion": "2.2",
        "description": f"CloudWatch agent of {nodes.environment} {nodes.service}: install, configure, restart",
        "parameters": {
            "Configuration": {
                "type": "String",
                "description": "Digest of the configuration: a new one makes the association apply it",
                "allowedPattern": "^[0-9a-f]{16}$",
            }
        },
        "mainSteps": [
            {
                "action": "aws:configurePackage",
                "name": "Install",
                "inputs": {"name": "AmazonCloudWatchAgent", "action": "Install", "version": version},
            },
            {
                "action": "aws:runShellScript",
                "name": "Configure",
                "inputs": {"runCommand": [_apply(nodes)], "timeoutSeconds": "300"},
            },
        ],
    }


def association_properties(nodes: GpuNodes, auto_scaling_group: str) -> dict[str, Any]:
    """Properties of the `AWS::SSM::Association`: every instance of the group, now and whenever one is launched.

    Without a schedule it runs on new instances and when it changes itself. The digest changes it whenever the
    configuration does; a schedule would restart healthy agents.
    """
    digest = hashlib.sha256(parameter_value(nodes).encode()).hexdigest()[:16]
    return {
        "Name": document_name(nodes.environment, nodes.service),
        "AssociationName": document_name(nodes.environment, nodes.service),
        "Targets": [{"Key": "tag:aws:autoscaling:groupName", "Values": [auto_scaling_group]}],
        "Parameters": {"Configuration": [digest]},
        "MaxConcurrency": "10%",  # a configuration that breaks the agent must not silence the whole fleet at once
        "MaxErrors": "10%",
        "ComplianceSeverity": "HIGH",
    }


def user_data(nodes: GpuNodes, region: str, version: str = AGENT_VERSION) -> str:
    """A shell script for images without the SSM agent: that version, for the image's packages and processor."""
    suffix = next((end for start, end in _SUFFIXES.items() if region.startswith(start)), "amazonaws.com")
    return f"""#!/bin/sh
set -eu
case "$(uname -m)" in aarch64) arch=arm64 ;; *) arch=amd64 ;; esac
downloads={_DOWNLOADS.format(region=region, suffix=suffix)}
fetch="curl --fail --silent --show-error --retry 5 --output"
if command -v dpkg >/dev/null; then
  $fetch /tmp/agent.deb "$downloads/ubuntu/$arch/{version}/amazon-cloudwatch-agent.deb"
  dpkg --install --skip-same-version /tmp/agent.deb
else
  $fetch /tmp/agent.rpm "$downloads/amazon_linux/$arch/{version}/amazon-cloudwatch-agent.rpm"
  rpm --upgrade --replacepkgs /tmp/agent.rpm
fi
{_apply(nodes)}
"""


def _apply(nodes: GpuNodes) -> str:
    return f"{_CONTROL} -a fetch-config -m ec2 -s -c ssm:{parameter_name(nodes.environment, nodes.service)}"
