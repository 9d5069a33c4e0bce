"""Every metric of ours, named once: symbol, unit, dimension sets, meaning.

The worker emits from this table; the agent configuration, the functions, the alarms, the dashboards and the
documentation read it.

>>> METRICS["GenerationLatency"].symbol, METRICS["GenerationLatency"].unit
('L_gen', 'Milliseconds')
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NAMESPACE = "DiffusionWatch"
"""The CloudWatch namespace of everything that the worker and the functions publish."""

ENVIRONMENT: tuple[str, ...] = ("Environment",)
SERVICE: tuple[str, ...] = ("Environment", "Service")
MODEL: tuple[str, ...] = ("Environment", "Service", "Model")
ERROR_CLASS: tuple[str, ...] = ("Environment", "Service", "ErrorClass")

FAULTS: tuple[str, ...] = ("oom", "timeout", "dependency", "interrupted", "internal")
"""Error classes that are ours to mend; they count against the objective."""
REJECTIONS: tuple[str, ...] = ("invalid_input", "safety", "cancelled")
"""Error classes that are the request's own; they wake nobody."""


class Emitter(str, Enum):
    """Who publishes a metric."""

    WORKER = "worker"
    COST_METER = "cost meter"
    DIGEST = "alert digest"
    IDLE_GUARD = "idle guard"


_METER, _GUARD = Emitter.COST_METER, Emitter.IDLE_GUARD


@dataclass(frozen=True)
class Metric:
    """One metric: what it is called, in which unit, by which dimensions, and what it means to a newcomer."""

    name: str
    unit: str
    meaning: str
    dimension_sets: tuple[tuple[str, ...], ...] = (SERVICE, MODEL)
    symbol: str = ""
    emitter: Emitter = Emitter.WORKER


STAGES: tuple[str, ...] = ("QueueWait", "PromptEncode", "Denoise", "VaeDecode", "PostProcess", "Upload", "ModelLoad")
"""The stages of a generation, in their order. A stage that did not run is absent, not zero."""

_METRICS = (
    Metric("GenerationLatency", "Milliseconds", "Request received to output returned", symbol="L_gen"),
    Metric("QueueWait", "Milliseconds", "Sent to the queue until a worker took it"),
    Metric("PromptEncode", "Milliseconds", "Text encoders"),
    Metric("Denoise", "Milliseconds", "All sampling steps of a request"),
    Metric("VaeDecode", "Milliseconds", "Latents to pixels"),
    Metric("PostProcess", "Milliseconds", "Safety check, upscaling, encoding of the file"),
    Metric("Upload", "Milliseconds", "Storing the output"),
    Metric("ModelLoad", "Milliseconds", "Loading a model's weights onto the GPU"),
    Metric("DenoiseStep", "Milliseconds", "One sampling step, measured; never a mean spread over steps"),
    Metric("RequestsCompleted", "Count", "Successful requests", symbol="T_req"),
    Metric("RequestsFaulted", "Count", "Requests that failed by our fault", (SERVICE, MODEL, ERROR_CLASS)),
    Metric("RequestsRejected", "Count", "Requests refused for their own content", (SERVICE, MODEL, ERROR_CLASS)),
    Metric("RequestsSlow", "Count", "Completed, but over the objective for their model, steps and pixels"),
    Metric("InFlightRequestAge", "Milliseconds", "Age of the oldest request in work; a hung worker shows", (SERVICE,)),
    Metric("ImagesGenerated", "Count", "Images returned"),
    Metric("PeakGpuMemory", "Megabytes", "Peak of one request", symbol="M_gpu"),
    Metric("EnergyPerImage", "None", "Joules an image, by the GPU's energy counter"),
    Metric("WorkerHeartbeat", "Count", "One a minute from each live worker", (SERVICE,)),
    Metric("TelemetryDropped", "Count", "Telemetry that was given up: buffer full, or not publishable", (SERVICE,)),
    Metric("GpusMissing", "Count", "GPUs of a worker that do not answer any more", (SERVICE,)),
    Metric("GpusDegraded", "Count", "GPUs of a worker whose memory is beyond repair: row remapping failed", (SERVICE,)),
    Metric("GpuThrottled", "Percent", "Share of a minute in which the hardware slowed a worker's GPUs", (SERVICE,)),
    Metric("EstimatedCost", "None", "US dollars spent in the interval; a model's share by images", emitter=_METER),
    Metric("IdleCost", "None", "US dollars spent on idle GPUs", (SERVICE,), emitter=_METER),
    Metric("CostPerHour", "None", "US dollars an hour of what runs now", (SERVICE,), emitter=_METER),
    Metric("CostToday", "None", "US dollars of the day so far (UTC)", (SERVICE,), emitter=_METER),
    Metric("CostMonth", "None", "US dollars of the month so far (UTC)", (SERVICE,), emitter=_METER),
    Metric("ExpectedCostToday", "None", "US dollars of last week's same day by this time", (SERVICE,), emitter=_METER),
    Metric("CostPerImage", "None", "US dollars an image, over the last hour", (SERVICE,), emitter=_METER),
    Metric("UsualCostPerImage", "None", "US dollars an image, over the last seven days", (SERVICE,), emitter=_METER),
    Metric("UnpricedInstances", "Count", "Instances whose price nobody knows", (SERVICE,), emitter=_METER),
    Metric("CostMeterErrors", "Count", "Readings of the cost meter that failed", (SERVICE,), emitter=_METER),
    Metric("IdleGuardActions", "Count", "What the idle guard did, or would have", (SERVICE,), emitter=_GUARD),
    Metric("IdleGuardReleased", "None", "US dollars an hour of it", (SERVICE,), emitter=_GUARD),
    Metric("DigestDeliveriesFailed", "Count", "Messages not taken", (ENVIRONMENT,), emitter=Emitter.DIGEST),
    Metric("DigestOldestUndelivered", "Seconds", "Wait of the oldest message", (ENVIRONMENT,), emitter=Emitter.DIGEST),
    Metric("DigestEventsRefused", "Count", "Events that could not be read", (ENVIRONMENT,), emitter=Emitter.DIGEST),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _METRICS}


def log_group(environment: str, service: str) -> str:
    """The log group into which the workers of a service publish.

    >>> log_group("prod", "image-api")
    '/diffusionwatch/prod/image-api/worker'
    """
    return f"/diffusionwatch/{environment}/{service}/worker"
