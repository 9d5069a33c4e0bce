"""From what was recorded to documents. Runs on the background thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from diffusionwatch import validity
from diffusionwatch.aggregate import Aggregate
from diffusionwatch.catalog import REJECTIONS
from diffusionwatch.clock import Clock
from diffusionwatch.emf import EmfEncoder
from diffusionwatch.generation import Generation
from diffusionwatch.heartbeat import Heartbeat
from diffusionwatch.ledger import Ledger
from diffusionwatch.measure import event_of, is_slow, latency_ms
from diffusionwatch.records import Document, Event
from diffusionwatch.settings import Settings
from diffusionwatch.tracing import Tracing

if TYPE_CHECKING:
    from diffusionwatch.gpu import GpuSampler
    from diffusionwatch.records import Record

QUEUE_LIMIT = 100_000
"""Records that may wait to be encoded: some 60 MB, reached only by a process that records faster than it can encode."""
BREATH_RECORDS = 50
"""After so many, a quarter of a millisecond's work, the interpreter is let go of: Python would take it away only after
5 ms (sys.getswitchinterval), and so long a request's thread would be held."""
BREATH_SECONDS = 0.00005
"""Of the wall. Not 0: the other thread must have woken before this one asks for the interpreter again."""
GPU_PATIENCE_NS = 10_000_000_000
"""How long a finished generation waits for its CUDA events; after that the host's clock has to do."""


class Digest:
    """Empties the queue of records into documents, and keeps the worker's account of them."""

    def __init__(
        self,
        *,
        queue: deque[Record],
        in_flight: dict[Generation, int],
        state: Callable[[], dict[str, Any]],
        encoder: EmfEncoder,
        ledger: Ledger,
        clock: Clock,
        settings: Settings,
        tracing: Tracing | None,
    ) -> None:
        self._queue, self._in_flight, self._state = queue, in_flight, state
        self.gpus: GpuSampler | None = None
        self._encoder, self._ledger, self._clock, self._tracing = encoder, ledger, clock, tracing
        self._objectives = settings.objectives
        self._never_slow = settings.objectives.shortest
        self._aggregate = Aggregate(settings.aggregate_seconds, ledger) if settings.detail == "aggregate" else None
        self._heartbeat = Heartbeat()
        self._last_end = 0
        self._unreached: deque[Record] = deque()

    def collect(self, final: bool = False) -> list[Document]:
        """What was recorded since the last time. ``final`` holds nothing back."""
        documents: list[Document] = []
        now, monotonic = self._clock.time_ns(), self._clock.monotonic_ns()
        # The wall's time of a completion is told from its distance to now, so that the caller reads one clock less.
        offset_ns = now - monotonic
        counts = dict.fromkeys(("completed", "faulted", "rejected", "slow", "dropped", "records_dropped"), 0)
        patience = 0 if final else GPU_PATIENCE_NS
        records = self._records(offset_ns, counts)
        for record in records:
            try:
                if isinstance(record, Generation):
                    if record._extras is not None and monotonic - record._ended < patience and not _reached(record):
                        self._unreached.append(record)
                        continue
                    if (event := self._event(record, record._ended + offset_ns, counts)) is not None:
                        documents += self._encoder.encode(event)
                elif isinstance(record, Event):
                    documents += self._encoder.encode(record)
                else:
                    documents += record.documents(self._encoder.log_stream, now // 1_000_000, self._ledger.repaired)
            except Exception as error:
                counts["dropped"] += isinstance(record, Generation)
                counts["records_dropped"] += 1
                self._ledger.say_once(f"a record was given up: {error!r}")
        self._ledger.add(counts)
        events = self._aggregate.due(now, final) if self._aggregate is not None else []
        started = list(self._in_flight.values())
        oldest = monotonic - min(started) if started else 0
        figures = self.gpus.health if self.gpus is not None else dict
        beat = self._heartbeat.beat(now, oldest, self._ledger, self._state, figures)
        for event in [*events, beat] if beat is not None else events:
            documents += self._encoder.encode(event)
        return documents

    def _records(self, offset_ns: int, counts: dict[str, int]) -> Iterable[Record]:
        """The records that are to be looked at one by one.

        Each leaves its queue only when its turn has come: it is freed while it is still in the cache.
        """
        waited = _emptied(self._unreached)
        if self.gpus is not None and self.gpus.gpus:
            records = [*waited, *_emptied(self._queue)]
            self._measure([record for record in records if isinstance(record, Generation)], self.gpus)
            return records
        if self._aggregate is not None:
            return chain(waited, self._aggregate.absorb(self._queue, offset_ns, self._never_slow, counts))
        return chain(waited, _emptied(self._queue))

    def give_up(self, record: Record) -> None:
        """Counts a record that there is no room for. On the caller's thread."""
        if isinstance(record, Generation):
            self._ledger.add({_outcome(record.error_class): 1, "dropped": 1})
        self._ledger.add({"records_dropped": 1})

    def _event(self, generation: Generation, completed_ns: int, counts: dict[str, int]) -> Event | None:
        if generation.model is not None and type(generation.model) is not str:
            generation.model = validity.dimension(generation.model, self._ledger.repaired)
        if generation.error_class is not None and type(generation.error_class) is not str:
            generation.error_class = "internal"
        latency = latency_ms(generation)
        slow = latency > self._never_slow and is_slow(generation, latency, self._objectives)
        if self._tracing is not None and generation.trace is not None:
            self._tracing.finish(generation, completed_ns)
        if generation.error_class is None:
            counts["completed"] += 1
            if self._aggregate is not None and not slow:
                self._aggregate.add(generation, latency, completed_ns)
                return None
            counts["slow"] += slow
        else:
            counts[_outcome(generation.error_class)] += 1
        return event_of(generation, latency, slow, completed_ns // 1_000_000, self._ledger.repaired)

    def _measure(self, generations: list[Generation], gpus: GpuSampler) -> None:
        """Adds what the GPUs did meanwhile. Their energy is one request's only when it had them for itself."""
        if not generations:
            return
        gpus.sample()  # so that the counter is known up to the end of the last one
        spans = [(started, self._clock.monotonic_ns()) for started in list(self._in_flight.values())]
        spans += [(generation._started, generation._ended) for generation in generations]
        for generation in generations:
            begin, end = generation._started, generation._ended
            alone = begin >= self._last_end and sum(b < end and e > begin for b, e in spans[:100]) == 1
            self._last_end = max(self._last_end, end)
            peak, joules = gpus.during(begin, end)
            measured = generation._extra().measured
            if peak is not None:
                measured["PeakGpuMemory"] = peak
            images = validity.number(generation.images, self._ledger.repaired)
            if joules is not None and alone and images:
                measured["EnergyPerImage"] = round(joules / images, 3)


def _emptied(queue: deque[Record]) -> Iterator[Record]:
    for number in range(1, len(queue) + 1):
        yield queue.popleft()
        if number % BREATH_RECORDS == 0:
            time.sleep(BREATH_SECONDS)


def _outcome(error_class: str | None) -> str:
    return "completed" if error_class is None else "rejected" if error_class in REJECTIONS else "faulted"


def _reached(generation: Generation) -> bool:
    """Whether the GPU has come to the end of the generation's last stage and step."""
    extras = generation._extra()
    return all(moment.reached() for moment in [stage.ended for stage in extras.stages[-1:]] + extras.steps[-1:])
