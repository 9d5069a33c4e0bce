"""Many completed requests as one event: value arrays for times, sums for counts.

An event never mixes two minutes, since all its values carry one timestamp: that of its first request.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from diffusionwatch import limits, validity
from diffusionwatch.generation import Extras, Generation
from diffusionwatch.ledger import Ledger
from diffusionwatch.measure import add_extras
from diffusionwatch.records import Event

if TYPE_CHECKING:
    from diffusionwatch.records import Record

MINUTE_NS = 60_000_000_000
BREATH_RECORDS = 500
"""After so many, a fifth of a millisecond's work, the interpreter is let go of: Python would take it away only after
5 ms (sys.getswitchinterval), and so long a request's thread would be held."""
BREATH_SECONDS = 0.00005
"""Of the wall. Not 0: the other thread must have woken before this one asks for the interpreter again."""


class _Bucket:
    """The requests of one model in one minute."""

    __slots__ = ("images", "latencies", "minute", "model", "others", "since_ns")

    def __init__(self, minute: int, model: str | None, since_ns: int) -> None:
        self.minute, self.model, self.since_ns = minute, model, since_ns
        self.images: float = 0
        self.latencies: list[float] = []
        self.others: dict[str, list[float]] = {}


class Aggregate:
    """Gathers completed requests that were not slow, and gives them as events after ``seconds``, or 100 at a time."""

    def __init__(self, seconds: float, ledger: Ledger) -> None:
        self._span = int(seconds * 1e9)
        self._ledger = ledger
        self._buckets: dict[tuple[int, str | None], _Bucket] = {}
        self._full: list[_Bucket] = []

    def absorb(
        self,
        records: deque[Any],
        in_work: deque[Generation],
        offset_ns: int,
        never_slow: float,
        counts: dict[str, int],
    ) -> Iterator[Record]:
        """Empties the queue: takes in the plain records, and gives the others, each when its turn has come.

        Most are plain: completed within ``never_slow`` milliseconds, without stages. What such a request costs is
        this loop, so it calls nothing but C, and looks for a bucket only when the model or the minute changes.
        Generations that have not ended go to ``in_work``. ``offset_ns`` is from the monotonic clock to the wall's.
        """
        begin = end = others = 0
        bucket = _Bucket(0, None, 0)
        latencies = bucket.latencies
        total = left = len(records)
        while left:
            count = min(left, BREATH_RECORDS)
            left -= count
            for _ in range(count):
                record = records.popleft()
                if (
                    type(record) is Generation
                    and (ended := record._ended) >= 0
                    and record._extras is None
                    and record.error_class is None
                    and (latency := (ended - record._started) // 1000 / 1000) <= never_slow
                    and type(images := record.images) is int
                    and 0 <= images < 1000
                    and type(record.model) is str
                ):
                    if record.model != bucket.model or not begin <= ended < end:
                        bucket = self._bucket(record.model, ended + offset_ns)
                        begin = bucket.minute * MINUTE_NS - offset_ns
                        end = begin + MINUTE_NS
                        latencies = bucket.latencies
                    bucket.images += images
                    latencies.append(latency)
                    if len(latencies) == limits.VALUES_PER_METRIC:
                        self._fill(bucket)
                        end = 0
                    continue
                others += 1
                if isinstance(record, Generation) and record._ended < 0:
                    in_work.append(record)
                else:
                    yield record
                    end = 0  # meanwhile the bucket may have been filled
            if left:
                time.sleep(BREATH_SECONDS)
        counts["completed"] += total - others

    def add(self, generation: Generation, latency: float, completed_ns: int) -> None:
        """Takes in any completed request."""
        bucket = self._bucket(generation.model, completed_ns)
        if generation._extras is not None:
            _add_extras(generation._extras, bucket)
        images = validity.number(generation.images, self._ledger.repaired) or 0
        if abs(bucket.images + images) > limits.LARGEST_VALUE:  # each can be published, their sum cannot
            self._fill(bucket)
            bucket = self._bucket(generation.model, completed_ns)
        bucket.images += images
        bucket.latencies.append(latency)
        if len(bucket.latencies) == limits.VALUES_PER_METRIC:
            self._fill(bucket)

    def due(self, now_ns: int, final: bool) -> list[Event]:
        """The events whose time has come: all of them when ``final``, or when the clock was set back."""
        for bucket in list(self._buckets.values()):
            if final or bucket.minute != now_ns // MINUTE_NS or not 0 <= now_ns - bucket.since_ns < self._span:
                self._fill(bucket)
        ready, self._full = self._full, []
        return [_event(bucket) for bucket in ready]

    def _bucket(self, model: str | None, completed_ns: int) -> _Bucket:
        minute = completed_ns // MINUTE_NS
        bucket = self._buckets.get((minute, model))
        if bucket is None:
            bucket = self._buckets[minute, model] = _Bucket(minute, model, completed_ns)
        return bucket

    def _fill(self, bucket: _Bucket) -> None:
        """The bucket takes no more."""
        self._full.append(self._buckets.pop((bucket.minute, bucket.model)))


def _add_extras(extras: Extras, bucket: _Bucket) -> None:
    found: dict[str, Any] = {}
    add_extras(extras, found, {})
    for name, value in found.items():
        values = bucket.others.setdefault(name, [])
        values.extend(value) if isinstance(value, list) else values.append(value)


def _event(bucket: _Bucket) -> Event:
    count = len(bucket.latencies)
    metrics: dict[str, float | list[float]] = {
        "GenerationLatency": bucket.latencies,
        "RequestsCompleted": count,
        "RequestsSlow": 0,
    }
    if bucket.images:
        metrics["ImagesGenerated"] = bucket.images
    metrics.update(bucket.others)
    return Event(bucket.since_ns // 1_000_000, metrics, bucket.model, requests=count)
