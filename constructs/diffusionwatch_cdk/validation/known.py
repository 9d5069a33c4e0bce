"""Metrics whose every name and dimension set is known: ours, the agent's for GPUs, queues, Auto Scaling groups."""

from __future__ import annotations

from functools import cache

from diffusionwatch import catalog
from diffusionwatch_agent.measurements import GPU
from diffusionwatch_agent.names import AGENT_NAMESPACE

Sets = frozenset[frozenset[str]]

_QUEUE = (
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfGroupsWithInflightMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesVisible",
    "NumberOfDeduplicatedSentMessages",
    "NumberOfEmptyReceives",
    "NumberOfMessagesDeleted",
    "NumberOfMessagesReceived",
    "NumberOfMessagesSent",
    "SentMessageSize",
)  # "Available CloudWatch metrics for Amazon SQS"
_GROUP = tuple(
    f"Group{part}"
    for part in (
        "MinSize",
        "MaxSize",
        "DesiredCapacity",
        "InServiceInstances",
        "PendingInstances",
        "StandbyInstances",
        "TerminatingInstances",
        "TotalInstances",
        "InServiceCapacity",
        "PendingCapacity",
        "StandbyCapacity",
        "TerminatingCapacity",
        "TotalCapacity",
        "AndWarmPoolDesiredCapacity",
        "AndWarmPoolTotalCapacity",
    )
)  # "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling"
_OPEN = {"AWS/AutoScaling": ("WarmPool", "PredictiveScaling")}
"""Beginnings of further names of a namespace that are not listed here."""
_AGENT_PREFIX = "nvidia_smi_"


@cache
def known() -> dict[str, dict[str, Sets]]:
    """Dimension sets by namespace and metric; an empty set of sets where the agent's configuration decides."""
    ours = {name: frozenset(map(frozenset, metric.dimension_sets)) for name, metric in catalog.METRICS.items()}
    return {
        catalog.NAMESPACE: ours,
        AGENT_NAMESPACE: {measurement.metric: frozenset() for measurement in GPU.values()},
        "AWS/SQS": dict.fromkeys(_QUEUE, frozenset({frozenset({"QueueName"})})),
        "AWS/AutoScaling": dict.fromkeys(_GROUP, frozenset({frozenset({"AutoScalingGroupName"})})),
    }


def unit(namespace: str, name: str) -> str:
    """The unit in which a metric of ours is sent, else nothing."""
    metric = catalog.METRICS.get(name) if namespace == catalog.NAMESPACE else None
    return metric.unit if metric else ""


def listed(namespace: str, name: str) -> bool:
    """Whether all names that look like this one are known."""
    if namespace == AGENT_NAMESPACE:
        return name.startswith(_AGENT_PREFIX)
    return namespace in known() and not name.startswith(_OPEN.get(namespace, ("\0",)))
