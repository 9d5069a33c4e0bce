"""Proves that what alarms and dashboards look at is emitted by somebody: by name and by complete dimension set.

An alarm on a metric that nobody emits never fires, and looks healthy for years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from diffusionwatch import catalog
from diffusionwatch_agent import GpuNodes, ec2_emits, eks_emits, xid

from .metrics import Metric
from .settings.nearest import did_you_mean
from .watched import WatchedFleet

Vocabulary = Mapping[tuple[str, str], frozenset[frozenset[str]]]
"""Dimension sets by namespace and metric."""

AWS_METRICS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AWS/SQS": (
        (
            "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateAgeOfOldestMessage",
            "NumberOfMessagesSent",
            "NumberOfMessagesDeleted",
        ),
        ("QueueName",),
    ),
    # Off until somebody turns them on: SampleFleet does, asg-metrics-silent watches.
    "AWS/AutoScaling": (
        (
            "GroupMinSize",
            "GroupMaxSize",
            "GroupDesiredCapacity",
            "GroupInServiceInstances",
            "GroupPendingInstances",
            "GroupTerminatingInstances",
        ),
        ("AutoScalingGroupName",),
    ),
    "AWS/Events": (("TriggeredRules",), ("RuleName",)),
    "AWS/Logs": (("EMFParsingErrors", "EMFValidationErrors", "EMFDisabledErrors"), ("LogGroupName",)),
    "AWS/SNS": (("NumberOfNotificationsFailed", "NumberOfNotificationsDelivered"), ("TopicName",)),
    "AWS/Usage": (("ResourceCount",), ("Class", "Resource", "Service", "Type")),
    # With enhanced observability, which the EKS add-on turns on; beside what eks_emits lists.
    "ContainerInsights": (("pod_gpu_usage_total",), ("ClusterName", "Namespace", "PodName")),
}
"""What named AWS services publish, and under which condition ("AWS services that publish CloudWatch metrics")."""


class UnknownMetricError(ValueError):
    """An alarm or a widget looks at a metric that nobody emits in that form."""


def vocabulary(watched: WatchedFleet) -> Vocabulary:
    """All that worker, agent, functions and AWS emit for the fleet."""
    known: dict[tuple[str, str], frozenset[frozenset[str]]] = {
        (catalog.NAMESPACE, metric.name): frozenset(map(frozenset, metric.dimension_sets))
        for metric in catalog.METRICS.values()
    }
    # Which metrics a node sends does not depend on its type.
    nodes = GpuNodes(watched.environment.name, watched.fleet.service, watched.fleet.instance_type or "g6e.xlarge")
    for emitted in ec2_emits(nodes) if watched.fleet.auto_scaling_group else eks_emits():
        known[emitted.namespace, emitted.metric] = frozenset(map(frozenset, emitted.dimension_sets))
    filtered = xid.emitted(watched.environment.name, watched.fleet.service)
    known[filtered.namespace, filtered.metric] = frozenset({frozenset()})
    for namespace, (metrics, dimensions) in AWS_METRICS.items():
        known |= {(namespace, metric): frozenset({frozenset(dimensions)}) for metric in metrics}
    return known


def check(known: Vocabulary, used: Iterable[tuple[str, Metric]]) -> None:
    """Raises UnknownMetricError for the first metric, of ``(who looks, metric)``, that nobody emits."""
    for who, metric in used:
        sets = known.get((metric.namespace, metric.name))
        if sets is None:
            names = [name for namespace, name in known if namespace == metric.namespace]
            hint = did_you_mean(metric.name, names)
            raise UnknownMetricError(f"{who} looks at {metric.namespace}/{metric.name}, which nobody emits{hint}")
        dimensions = frozenset(name for name, _ in metric.dimensions)
        if dimensions not in sets:
            emitted = " or ".join(f"[{', '.join(sorted(one))}]" for one in sorted(sets, key=sorted))
            raise UnknownMetricError(
                f"{who} looks at {metric.namespace}/{metric.name} by [{', '.join(sorted(dimensions))}]; "
                f"it is emitted by {emitted}"
            )


def widget_metrics(body: Mapping[str, Any]) -> Iterator[tuple[str, Metric]]:
    """Each metric that a dashboard's body draws, with the widget's title."""
    for widget in body["widgets"]:
        for row in widget["properties"].get("metrics", ()):
            if isinstance(row[0], str):
                namespace, name, *rest = (part for part in row if isinstance(part, str))
                yield (
                    widget["properties"]["title"],
                    Metric(namespace, name, tuple(zip(rest[::2], rest[1::2], strict=True))),
                )
