"""From a finished generation to the event that describes it. Runs on the background thread."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from diffusionwatch import validity
from diffusionwatch.catalog import FAULTS, REJECTIONS
from diffusionwatch.generation import Extras, Generation
from diffusionwatch.objectives import Objectives
from diffusionwatch.records import Event
from diffusionwatch.stage import STAGE_METRICS, Stage
from diffusionwatch.validity import Repaired


def latency_ms(generation: Generation) -> float:
    """Request received to output returned, in milliseconds to the microsecond."""
    span = generation._ended - generation._started
    if generation._extras is not None:
        span += generation._extras.lead_ns
    return span // 1000 / 1000


def is_slow(generation: Generation, latency: float, objectives: Objectives) -> bool:
    """Whether a completed request took longer than its own objective."""
    try:
        pixels = (generation.width or 0) * (generation.height or 0)
        return latency > objectives.milliseconds(generation.model, generation.steps or 0, pixels)
    except Exception:  # sizes that are no numbers: the request is held against the part without sizes
        return latency > objectives.milliseconds(None, 0, 0)


def event_of(generation: Generation, latency: float, slow: bool, timestamp_ms: int, repaired: Repaired) -> Event:
    """The generation's metrics and properties. Exactly one of completed, faulted and rejected is 1."""
    properties: dict[str, Any] = {
        "request_id": generation.request_id,
        "steps": generation.steps,
        "width": generation.width,
        "height": generation.height,
    }
    if generation._properties is not None:
        properties.update(generation._properties)
    error = generation.error_class
    metrics: dict[str, Any]
    if error is None:
        # To the output returned: a request that failed has no such latency.
        metrics = {"GenerationLatency": latency, "RequestsCompleted": 1, "RequestsSlow": int(slow)}
    else:
        properties["duration_ms"] = latency
        if error in REJECTIONS:
            metrics = {"RequestsRejected": 1}
        else:
            metrics = {"RequestsFaulted": 1}
            error = error if error in FAULTS else "internal"
    if images := validity.number(generation.images, repaired):
        metrics["ImagesGenerated"] = images
    if (extras := generation._extras) is not None:
        add_extras(extras, metrics, properties)
    return Event(timestamp_ms, metrics, generation.model, error, properties, 1)


def add_extras(extras: Extras, metrics: dict[str, Any], properties: dict[str, Any]) -> None:
    """Adds what few generations have; stages unfinished or unknown to the catalogue become properties."""
    if extras.queue_wait_ms is not None:
        metrics["QueueWait"] = extras.queue_wait_ms
    metrics.update(extras.measured)
    if extras.trace is not None:
        properties["trace_id"] = extras.trace.trace_id
    denoise: Stage | None = None
    for stage in extras.stages:
        metric = None if stage.failed else STAGE_METRICS.get(stage.name)
        into, name = (metrics, metric) if metric else (properties, f"{stage.name}_ms")
        into[name] = round(into.get(name, 0) + stage.milliseconds(), 3)
        if metric == "Denoise":
            denoise = denoise or stage
    if steps := extras.steps:
        # The first step began with the stage; without one its beginning is not known, and it is left out.
        marks = [denoise.started, *steps] if denoise is not None and denoise.started.ns <= steps[0].ns else steps
        if times := [begin.milliseconds_to(end) for begin, end in pairwise(marks)]:
            metrics["DenoiseStep"] = times
