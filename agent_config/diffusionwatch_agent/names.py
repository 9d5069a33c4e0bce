"""Names that the agent's side of a deployment shares with the stacks: all derived from environment and service."""

from __future__ import annotations

AGENT_NAMESPACE = "CWAgent"
"""The namespace of the agent's own metrics: its default, where AWS's consoles look."""


def parameter_name(environment: str, service: str) -> str:
    """The SSM parameter that holds the agent's configuration.

    The managed policy CloudWatchAgentServerPolicy reads no parameter whose name begins otherwise.

    >>> parameter_name("prod", "image-api")
    'AmazonCloudWatch-diffusionwatch-prod-image-api'
    """
    return f"AmazonCloudWatch-diffusionwatch-{environment}-{service}"


def node_log_group(environment: str, service: str) -> str:
    """The log group of the nodes' own lines: kernel messages about the GPUs, and log files.

    >>> node_log_group("prod", "image-api")
    '/diffusionwatch/prod/image-api/node'
    """
    return f"/diffusionwatch/{environment}/{service}/node"
