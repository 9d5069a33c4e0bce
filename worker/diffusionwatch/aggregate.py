"""Many completed requests as one event: value arrays for times, sums for counts.

An event never mixes two minutes, since all its values carry one timestamp.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import repeat
from typing import TYPE_CHECKING, Any

from diffusionwatch import limits, validity
from diffusionwatch.breath import breathe
from diffusionwatch.generation import Extras, Generation
from diffusionwatch.ledger import Ledger
from diffusionwatch.measure import add_extras
from diffusionwatch.records import Event

if TYPE_CHECKING:
    from diffusionwatch.records import Record

MINUTE_NS = 60_000_000_000
CHUNK = 500
"""Requests between two breaths: a tenth of a millisecond's work."""
OTHERS = 10 * limits.VALUES_PER_METRIC
"""Values of any other metric, such as the times of steps, with which an event is full: ten documents at once."""


class _Bucket:
    """The requests of one model in one minute."""

    __slots__ = ("images", "latencies", "minute", "model", "others", "since_ns")

    def __init__(self, minute: int, model: str | None, since_ns: int) -> None:
        self.minute, self.model, self.since_ns = minute, model, since_ns
        self.images: float = 0
        self.latencies: list[float] = []
        self.others: dict[str, list[float]] = {}


class _Run:
    """Latencies of plain requests of one minute, by their kind: model and number of images."""

    __slots__ = ("begin", "end", "kinds", "since_ns")

    def __init__(self, ended: int, offset_ns: int) -> None:
        self.since_ns = ended + offset_ns
        begin = self.since_ns // MINUTE_NS * MINUTE_NS - offset_ns
        self.begin, self.end = max(0, begin), begin + MINUTE_NS
        """By the monotonic clock; not before its beginning, since generations that have not ended lie there."""
        self.kinds: dict[tuple[Any, Any], list[float]] = {}

    def expect(self, model: object, images: object) -> list[float] | None:
        """Where those of this kind go from here on; None when it is no name and no number of images."""
        if type(images) is int and 0 <= images < 1000 and (model is None or type(model) is str):
            return self.kinds.setdefault((model, images), [])
        return None

    def of(self, model: object, images: object) -> list[float] | None:
        """Where those of this kind go; None when it is not expected."""
        try:
            return self.kinds.get((model, images))
        except Exception:
            return None  # an object that has no hash


class Aggregate:
    """Gathers completed requests that were not slow, and gives them as events after ``seconds``, or 100 at a time."""

    def __init__(self, seconds: float, ledger: Ledger) -> None:
        self._span = int(seconds * 1e9)
        self._ledger = ledger
        self._buckets: dict[tuple[int, str | None], _Bucket] = {}
        self._full: deque[_Bucket] = deque()

    def absorb(
        self,
        records: deque[Any],
        in_work: deque[Generation],
        offset_ns: int,
        never_slow: float,
        counts: dict[str, int],
    ) -> Iterator[Record]:
        """Empties the queue: takes in the plain records, and gives the others, each when its turn has come.

        Plain is what was completed within ``never_slow`` milliseconds, without stages, and of whose minute and kind one
        has just gone the long way. Most are, and what they cost is this loop, so it calls nothing but C. Generations
        that have not ended go to ``in_work``. ``offset_ns`` is from the monotonic clock to the wall's.
        """
        left = len(records)
        while left:
            count = min(left, CHUNK)
            left -= count
            others = 0
            run, begin, end = _Run(0, 0), 0, 0
            model = images = latencies = None
            for _ in repeat(None, count):
                record = records.popleft()
                if (
                    type(record) is Generation
                    and begin <= (ended := record._ended) < end  # read before the others, since it is set after them
                    and record._extras is None
                    and record.error_class is None
                    and (latency := (ended - record._started) // 1000 / 1000) <= never_slow
                ):
                    if record.model is not model or record.images is not images:
                        model, images = record.model, record.images
                        latencies = run.of(model, images)
                    if latencies is not None:
                        latencies.append(latency)
                        continue
                others += 1
                if isinstance(record, Generation) and record._ended < 0:
                    in_work.append(record)
                    continue
                yield record
                if type(record) is Generation:
                    if not begin <= record._ended < end:
                        self._settle(run)
                        run = _Run(record._ended, offset_ns)
                        begin, end = run.begin, run.end
                    model, images = record.model, record.images
                    latencies = run.expect(model, images)
            self._settle(run)
            counts["completed"] += count - others
            yield from self._ready()
            if left:
                breathe()

    def add(self, generation: Generation, latency: float, completed_ns: int) -> None:
        """Takes in any completed request."""
        bucket = self._bucket(generation.model, completed_ns)
        if generation._extras is not None:
            _add_extras(generation._extras, bucket)
        images = validity.number(generation.images, self._ledger.repaired) or 0
        if abs(bucket.images + images) > limits.LARGEST_VALUE:  # each can be published, their sum cannot
            self._fill(bucket)
            bucket = self._bucket(generation.model, completed_ns)
        self._put(bucket, [latency], images)

    def _settle(self, run: _Run) -> None:
        """Puts a run where it belongs."""
        for (model, images), latencies in run.kinds.items():
            while latencies:
                bucket = self._bucket(model, run.since_ns)
                room = limits.VALUES_PER_METRIC - len(bucket.latencies)
                self._put(bucket, latencies[:room], images)
                del latencies[:room]

    def _put(self, bucket: _Bucket, latencies: list[float], images: float) -> None:
        """Adds as many requests of one kind as the bucket has room for."""
        bucket.images += images * len(latencies)
        bucket.latencies += latencies
        others = max(map(len, bucket.others.values()), default=0)
        if len(bucket.latencies) == limits.VALUES_PER_METRIC or others >= OTHERS:
            self._fill(bucket)

    def due(self, now_ns: int, final: bool) -> Iterator[Event]:
        """The events whose time has come: all of them when ``final``, or when the clock was set back."""
        for bucket in list(self._buckets.values()):
            if final or bucket.minute != now_ns // MINUTE_NS or not 0 <= now_ns - bucket.since_ns < self._span:
                self._fill(bucket)
        return self._ready()

    def _ready(self) -> Iterator[Event]:
        """The events of the buckets that take no more."""
        while self._full:
            yield _event(self._full.popleft())

    def _bucket(self, model: str | None, completed_ns: int) -> _Bucket:
        minute = completed_ns // MINUTE_NS
        bucket = self._buckets.get((minute, model))
        if bucket is None:
            if len(self._buckets) >= limits.MODELS:  # names that do not come again
                for old in list(self._buckets.values()):
                    self._fill(old)
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
