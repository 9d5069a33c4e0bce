"""From a finished generation to the event that describes it. Runs on the background thread."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from diffusionwatch.catalog import FAULTS, REJECTIONS
from diffusionwatch.generation import STAGE_METRICS, Generation, Stage
from diffusionwatch.objectives import Objectives
from diffusionwatch.records import Event


def latency_ms(generation: Generation) -> float:
    """Request received to output returned, in milliseconds to the microsecond."""
    return (generation._ended - generation._started + generation._lead_ns) // 1000 / 1000


def is_slow(generation: Generation, latency: float, objectives: Objectives) -> bool:
    """Whether a completed request took longer than its own objective."""
    if latency <= objectives.shortest:
        return False
    try:
        pixels = (generation.width or 0) * (generation.height or 0)
        return latency > objectives.milliseconds(generation.model, generation.steps or 0, pixels)
    except Exception:  # sizes that are no numbers: the request is held against the part without sizes
        return latency > objectives.milliseconds(None, 0, 0)


def event_of(generation: Generation, latency: float, slow: bool, timestamp_ms: int) -> Event:
    """The generation's metrics and properties. Exactly one of completed, faulted and rejected is 1."""
    properties = {
        "request_id": generation.request_id,
        "steps": generation.steps,
        "width": generation.width,
        "height": generation.height,
        **generation.properties,
    }
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
    if generation.images:
        metrics["ImagesGenerated"] = generation.images
    if generation.__dict__:
        if generation.queue_wait_ms is not None:
            metrics["QueueWait"] = generation.queue_wait_ms
        add_stages(generation, metrics, properties)
        if generation.trace is not None:
            properties["trace_id"] = generation.trace.trace_id
    return Event(timestamp_ms, metrics, generation.model, error, properties, 1)


def add_stages(generation: Generation, metrics: dict[str, Any], properties: dict[str, Any]) -> None:
    """Adds the stages' times to ``metrics``; those unfinished or unknown to the catalogue become properties."""
    denoise: Stage | None = None
    for stage in generation._stages or ():
        metric = None if stage.failed else STAGE_METRICS.get(stage.name)
        into, name = (metrics, metric) if metric else (properties, f"{stage.name}_ms")
        into[name] = round(into.get(name, 0) + stage.milliseconds(), 3)
        if stage.name.lower() == "denoise":
            denoise = denoise or stage
    if steps := generation._steps:
        # The first step began with the stage; without one its beginning is not known, and it is left out.
        marks = [denoise.started, *steps] if denoise is not None and denoise.started.ns <= steps[0].ns else steps
        if times := [begin.milliseconds_to(end) for begin, end in pairwise(marks)]:
            metrics["DenoiseStep"] = times
