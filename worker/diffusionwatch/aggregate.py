"""Many completed requests as one event: value arrays for times, sums for counts.

An event never mixes two minutes, since all its values carry one timestamp.
"""

from __future__ import annotations

from typing import Any

from diffusionwatch import limits, validity
from diffusionwatch.generation import Extras, Generation
from diffusionwatch.ledger import Ledger
from diffusionwatch.measure import add_extras
from diffusionwatch.records import Event

MINUTE_NS = 60_000_000_000


class _Bucket:
    """The requests of one model in one minute."""

    __slots__ = ("images", "last_ms", "latencies", "others", "since")

    def __init__(self, since: int) -> None:
        self.since = since
        self.last_ms = 0
        self.images: float = 0
        self.latencies: list[float] = []
        self.others: dict[str, list[float]] = {}


class Aggregate:
    """Gathers completed requests that were not slow, and gives them as events after ``seconds``, or 100 at a time."""

    def __init__(self, seconds: float, ledger: Ledger) -> None:
        self._span = int(seconds * 1e9)
        self._ledger = ledger
        self._buckets: dict[tuple[int, str | None], _Bucket] = {}

    def add(self, generation: Generation, latency: float, completed_ns: int) -> Event | None:
        """Takes one request in; gives an event when that made one full."""
        key = (completed_ns // MINUTE_NS, generation.model)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(completed_ns)
        bucket.last_ms = completed_ns // 1_000_000
        latencies = bucket.latencies
        latencies.append(latency)
        images: float = generation.images
        if type(images) is not int or not 0 <= images < 1000:
            images = validity.number(images, self._ledger.repaired) or 0
        bucket.images += images
        if generation._extras is not None:
            _add_extras(generation._extras, bucket)
        if len(latencies) >= limits.VALUES_PER_METRIC:
            del self._buckets[key]
            return _event(key[1], bucket)
        return None

    def due(self, now_ns: int, final: bool) -> list[Event]:
        """The events whose time has come: all of them when ``final``, or when the clock was set back."""
        ready = [
            key
            for key, bucket in self._buckets.items()
            if final or key[0] != now_ns // MINUTE_NS or not 0 <= now_ns - bucket.since < self._span
        ]
        return [_event(key[1], self._buckets.pop(key)) for key in ready]


def _add_extras(extras: Extras, bucket: _Bucket) -> None:
    found: dict[str, Any] = {}
    add_extras(extras, found, {})
    for name, value in found.items():
        values = bucket.others.setdefault(name, [])
        values.extend(value) if isinstance(value, list) else values.append(value)


def _event(model: str | None, bucket: _Bucket) -> Event:
    count = len(bucket.latencies)
    metrics: dict[str, float | list[float]] = {
        "GenerationLatency": bucket.latencies,
        "RequestsCompleted": count,
        "RequestsSlow": 0,
    }
    if bucket.images:
        metrics["ImagesGenerated"] = bucket.images
    metrics.update(bucket.others)
    return Event(bucket.last_ms, metrics, model, requests=count)
