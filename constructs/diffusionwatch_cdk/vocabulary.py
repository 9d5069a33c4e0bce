"""Proves that what alarms and dashboards look at is emitted by somebody: by name and by complete dimension set.

An alarm on a metric that nobody emits never fires, and looks healthy for years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from diffusionwatch import catalog
from diffusionwatch_agent import AGENT_NAMESPACE, ec2_emits, eks_emits, xid
from diffusionwatch_agent.measurements import GPU, GPU_PREFIX

from .alarms import AlarmSetDefinition
from .metrics import Metric, UnknownMetricError
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
    "AWS/Lambda": (("Invocations", "Errors", "Duration", "Throttles"), ("FunctionName",)),
    "AWS/Logs": (
        ("EMFParsingErrors", "EMFValidationErrors", "EMFDisabledErrors", "IncomingBytes", "IncomingLogEvents"),
        ("LogGroupName",),
    ),
    "AWS/SNS": (("NumberOfNotificationsFailed", "NumberOfNotificationsDelivered"), ("TopicName",)),
    # While the canary of the setting probe runs.
    "CloudWatchSynthetics": (("SuccessPercent", "Duration", "Failed"), ("CanaryName",)),
    "AWS/Usage": (("ResourceCount",), ("Class", "Resource", "Service", "Type")),
}
"""What named AWS services publish, and under which condition ("AWS services that publish CloudWatch metrics")."""


@dataclass(frozen=True)
class Emitter:
    """Who sends a metric, by one of its dimension sets."""

    who: str
    namespace: str
    metric: str
    dimensions: frozenset[str]


def emitters(watched: WatchedFleet) -> Iterator[Emitter]:
    """All that worker, agent, functions and AWS emit for the fleet, one entry a dimension set."""
    for metric in catalog.METRICS.values():
        for dimensions in metric.dimension_sets:
            yield Emitter("worker", catalog.NAMESPACE, metric.name, frozenset(dimensions))
    nodes = ec2_emits(watched.nodes) if watched.fleet.auto_scaling_group else eks_emits()
    filtered = xid.emitted(watched.environment.name, watched.fleet.service)
    for emitted in (*nodes, filtered):
        for dimensions in emitted.dimension_sets:
            yield Emitter(emitted.source, emitted.namespace, emitted.metric, frozenset(dimensions))
    for namespace, (metrics, names) in AWS_METRICS.items():
        for name in metrics:
            yield Emitter("AWS", namespace, name, frozenset(names))


def vocabulary(watched: WatchedFleet) -> Vocabulary:
    """What is emitted, to look metrics up in."""
    known: dict[tuple[str, str], frozenset[frozenset[str]]] = {}
    for one in emitters(watched):
        known[one.namespace, one.metric] = known.get((one.namespace, one.metric), frozenset()) | {one.dimensions}
    return known


def check(known: Vocabulary, used: Iterable[tuple[str, Metric]]) -> None:
    """Of ``(who looks, metric)``: raises UnknownMetricError for the first that nobody emits, naming all who look."""
    wrong: dict[str, list[str]] = {}
    for who, metric in used:
        if problem := _problem(known, metric):
            wrong.setdefault(problem, []).append(who)
    for problem, names in wrong.items():
        users = list(dict.fromkeys(names))
        raise UnknownMetricError(f"{', '.join(users)} {'looks' if len(users) == 1 else 'look'} at {problem}")


def _problem(known: Vocabulary, metric: Metric) -> str | None:
    sets = known.get((metric.namespace, metric.name))
    dimensions = frozenset(name for name, _ in metric.dimensions)
    if sets is None:
        names = [name for namespace, name in known if namespace == metric.namespace]
        if not names:
            hint = did_you_mean(metric.namespace, {namespace for namespace, _ in known})
            said = "in a namespace that is not known: give it as one of own_namespaces if somebody fills it"
            return f"{metric.namespace}/{metric.name}, {said}{hint}"
        measured = metric.name.removeprefix(f"{GPU_PREFIX}_")
        hint = (
            f": add {measured} to the agent's measurements, or switch off what needs it"
            if metric.namespace == AGENT_NAMESPACE and measured in GPU
            else did_you_mean(metric.name, names)
        )
        return f"{metric.namespace}/{metric.name}, which nobody emits{hint}"
    if dimensions not in sets:
        emitted = " or ".join(f"[{', '.join(sorted(one))}]" for one in sorted(sets, key=sorted))
        by = ", ".join(sorted(dimensions))
        return f"{metric.namespace}/{metric.name} by [{by}]; it is emitted by {emitted}"
    return None


def looked_at(alarms: AlarmSetDefinition, bodies: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Metric]]:
    """Each metric that alarms and dashboards look at, with who does."""
    for alarm in alarms.alarms:
        yield from ((alarm.name, metric) for metric in alarm.measure.looked_at)
    for body in bodies:
        yield from widget_metrics(body)


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
