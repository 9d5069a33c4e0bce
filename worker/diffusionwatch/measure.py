"""From a finished generation to the event that describes it. Runs on the background thread."""

from __future__ import annotations

from typing import Any

from diffusionwatch.catalog import FAULTS, REJECTIONS
from diffusionwatch.generation import STAGE_METRICS, Generation
from diffusionwatch.objectives import Objectives
from diffusionwatch.records import Event


def event_of(generation: Generation, objectives: Objectives) -> Event:
    """The generation's metrics; times are milliseconds to the microsecond."""
    latency = _ms(generation._ended - generation._started)
    metrics: dict[str, Any] = {}
    properties = generation.properties
    error = generation.error_class
    if error is None:
        metrics["GenerationLatency"] = latency  # to the output returned: a failed request has none
        metrics["RequestsCompleted"] = 1
        metrics["RequestsSlow"] = int(is_slow(generation.model, latency, properties, objectives))
    elif error in REJECTIONS:
        metrics["RequestsRejected"] = 1
    else:
        metrics["RequestsFaulted"] = 1
        error = error if error in FAULTS else "internal"
    if error is not None:
        properties = {**properties, "duration_ms": latency}
    if generation.images:
        metrics["ImagesGenerated"] = generation.images
    if generation.queue_wait_ms is not None:
        metrics["QueueWait"] = generation.queue_wait_ms
    if generation._stages or generation._steps:
        properties = {**properties, **_stages(generation, metrics)}
    if generation.trace is not None:
        properties = {**properties, "trace_id": generation.trace.trace_id}
    return Event(generation._completed_ns // 1_000_000, metrics, generation.model, error, properties, 1)


def is_slow(model: str | None, latency: float, properties: dict[str, Any], objectives: Objectives) -> bool:
    """Whether a completed request took longer than its own objective."""
    if latency <= objectives.shortest:
        return False
    try:
        pixels = properties.get("width", 0) * properties.get("height", 0)
        return latency > objectives.milliseconds(model, properties.get("steps", 0), pixels)
    except Exception:  # sizes that are no numbers: the request is held against the part without sizes
        return latency > objectives.milliseconds(model, 0, 0)


def _stages(generation: Generation, metrics: dict[str, Any]) -> dict[str, float]:
    """Adds the stages' times to ``metrics``; gives unfinished ones and those unknown to the catalogue as properties."""
    others: dict[str, float] = {}
    denoise_started = 0
    for stage in generation._stages or ():
        metric = None if stage.failed else STAGE_METRICS.get(stage.name)
        into, name = (metrics, metric) if metric else (others, f"{stage.name}_ms")
        into[name] = round(into.get(name, 0) + _ms(stage.ended - stage.started), 3)
        if metric == "Denoise":
            denoise_started = denoise_started or stage.started
    steps = generation._steps
    if steps:
        # The first step began with the stage; without one its beginning is not known, and it is left out.
        begins = [denoise_started, *steps] if 0 < denoise_started <= steps[0] else steps
        if times := [_ms(end - begin) for begin, end in zip(begins, begins[1:])]:
            metrics["DenoiseStep"] = times
    return others


def _ms(nanoseconds: int) -> float:
    return nanoseconds // 1000 / 1000
