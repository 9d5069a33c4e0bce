"""Metrics that are absent while all is well: counters that count when something happens, and what traffic brings.

An alarm on one of them is no broken alarm: its treatment of missing data is made for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from diffusionwatch import catalog
from diffusionwatch_agent.names import AGENT_NAMESPACE

from .source import Source


@dataclass(frozen=True)
class Absence:
    """Why a metric may be absent. ``ever`` says whether it may have been absent always, in a sound environment."""

    why: str
    ever: bool


ON_EVENT: tuple[tuple[str, str], ...] = (
    (f"{catalog.NAMESPACE}/RequestsFaulted", "counted when a request faults"),
    (f"{catalog.NAMESPACE}/RequestsRejected", "counted when a request is refused"),
    (f"{catalog.NAMESPACE}/*/FatalXids", "counted when a GPU reports a fatal error"),
    ("AWS/Events/TriggeredRules", "counted when the event comes"),
    ("AWS/Logs/EMF*Errors", "counted when CloudWatch Logs refuses an embedded metric"),
    ("AWS/SNS/NumberOfNotificationsFailed", "counted when a delivery fails"),
    ("AWS/Lambda/Errors", "published with each call"),
    ("AWS/Usage/ResourceCount", "published while on-demand instances of the family run"),
)
"""Patterns of namespace/metric, and what makes a datapoint."""

ALWAYS = ("WorkerHeartbeat", "TelemetryDropped")
"""What a worker sends each minute, asked or not; everything else of it comes from requests."""

TRAFFIC = "comes from requests: absent while nobody asks for an image"
NVML = ("GpusMissing", "GpusDegraded", "GpuThrottled")
"""What only a worker that reaches its GPUs through NVML says, and of the boards that can tell."""
WITHOUT_NVML = "comes from workers with the extra gpu (nvidia-ml-py) and a driver, of boards that can tell"
UNUSED_QUEUE = "SQS publishes nothing of a queue that nobody used for six hours"
NO_INSTANCE = "no instance is in service"


def absence(
    source: Source, *, dead_letter_queues: Iterable[str | None] = (), instances: int | None = None
) -> Absence | None:
    """Why the metric may be absent; None when it is due.

    >>> absence(Source("AWS/Events", "TriggeredRules")).why
    'counted when the event comes'
    >>> absence(Source("DiffusionWatch", "WorkerHeartbeat")) is None
    True

    Args:
        instances: how many of its fleet are in service; None when that is not known.
    """
    name = f"{source.namespace}/{source.name}"
    for pattern, why in ON_EVENT:
        if fnmatchcase(name, pattern):
            return Absence(why, ever=True)
    metric = catalog.METRICS.get(source.name) if source.namespace == catalog.NAMESPACE else None
    from_worker = metric is not None and metric.emitter is catalog.Emitter.WORKER
    if instances == 0 and (from_worker or source.namespace == AGENT_NAMESPACE):
        return Absence(NO_INSTANCE, ever=True)
    if source.name in NVML:
        return Absence(WITHOUT_NVML, ever=True)
    if from_worker and source.name not in ALWAYS:
        return Absence(TRAFFIC, ever=False)
    if source.namespace == "AWS/SQS":  # "Available CloudWatch metrics for Amazon SQS"
        return Absence(UNUSED_QUEUE, ever=dict(source.dimensions).get("QueueName") in dead_letter_queues)
    return None
