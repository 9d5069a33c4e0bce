"""Fatal GPU errors from the kernel's log: which they are, and the metric filter that counts them.

The kernel writes `NVRM: Xid (PCI:0000:00:1e): 79, pid=…, GPU has fallen off the bus.`; the agent takes such lines from
the journal into the node's log group. The worker's sampler reports the same errors by NVML while a worker lives; this
path works without one.
"""

from __future__ import annotations

from typing import Any

from diffusionwatch.catalog import NAMESPACE
from diffusionwatch_agent.emits import Emitted
from diffusionwatch_agent.names import node_log_group

FATAL: dict[int, str] = {
    48: "double-bit ECC error",
    62: "internal micro-controller halt",
    64: "row remapping failed",
    74: "NVLink error",
    79: "GPU has fallen off the bus",
    95: "uncontained ECC error",
    119: "GPU system processor does not answer",
    120: "GPU system processor error",
}
"""Errors after which a GPU computes wrongly or not at all until it is reset or replaced (NVIDIA, "XID Errors")."""

METRIC = "FatalXids"


def namespace(environment: str, service: str) -> str:
    """A metric filter cannot add fixed dimensions, so environment and service are part of the namespace.

    >>> namespace("prod", "image-api")
    'DiffusionWatch/prod/image-api'
    """
    return f"{NAMESPACE}/{environment}/{service}"


def pattern() -> str:
    """The filter pattern: any of the codes as the kernel writes them.

    It looks for terms anywhere in the event, so it holds for the bare line and for the JSON object of the journal.
    """
    return " ".join(f'?"): {code},"' for code in FATAL)


def metric_filter_properties(environment: str, service: str) -> dict[str, Any]:
    """Properties of the `AWS::Logs::MetricFilter` on the node's log group."""
    transformation = {
        "MetricNamespace": namespace(environment, service),
        "MetricName": METRIC,
        "MetricValue": "1",
        "Unit": "Count",
    }
    return {
        "FilterName": f"diffusionwatch-{environment}-{service}-xid",
        "LogGroupName": node_log_group(environment, service),
        "FilterPattern": pattern(),
        "MetricTransformations": [transformation],
    }


def emitted(environment: str, service: str) -> Emitted:
    """What the filter emits: no dimensions."""
    meaning = f"Fatal Xids in the kernel's log: {', '.join(map(str, FATAL))}"
    return Emitted(namespace(environment, service), METRIC, "Count", ((),), "metric filter", "ec2", meaning)
