"""The stated day's faults, and a completed request of every minute, as the workers would have logged them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from diffusionwatch_local.logs_insights import Event
from diffusionwatch_local.preview.day import SECONDS_AN_IMAGE, Day

SIZES = ((1024, 1024), (1024, 1024), (1152, 896), (1536, 1536), (768, 1344))
STEPS = (30, 30, 50, 20, 30, 40)
"""What people ask for: mostly the model's own size and steps, now and then more."""
USUAL_WORK = 30 * 1024 * 1024
"""Steps x pixels of a request that takes ``SECONDS_AN_IMAGE``."""


def log_events(start: float) -> Iterator[Event]:
    day = Day()
    for minute, (faults, waited) in enumerate(zip(day.faulted, day.oldest_waiting, strict=True)):
        for number in range(int(faults)):
            error = "oom" if faults > 1 else "timeout"
            yield _event(start, minute, number, {"RequestsFaulted": 1, "ErrorClass": error})
        if day.completed[minute] > 0:
            (width, height), steps = SIZES[minute % len(SIZES)], STEPS[minute % len(STEPS)]
            working = 1000 * SECONDS_AN_IMAGE * steps * width * height / USUAL_WORK
            times = {"GenerationLatency": round(1000 * waited + working), "QueueWait": round(1000 * waited)}
            yield _event(start, minute, 9, {**times, "steps": steps, "width": width, "height": height})


def _event(start: float, minute: int, number: int, about: dict[str, Any]) -> Event:
    key = f"{minute * 16 + number:08x}"
    document = {
        "Model": "flux" if (minute + number) % 2 else "sdxl",
        "request_id": f"{key}-5a1c-4d0e-9f3b-7c2e11a0",
        "trace_id": f"1-695afd00-{key}a1b2c3d4e5f60718",
        "host": f"ip-10-0-1-{minute % 4 + 4}",
        **about,
    }
    return Event(
        timestamp=int(1000 * (start + 60 * minute + number)),
        message=json.dumps(document),
        stream=f"i-0{minute % 4 + 1}a7c2e/worker",
        pointer=key,
    )
