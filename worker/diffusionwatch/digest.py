"""From what was recorded to documents. Runs on the background thread."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from diffusionwatch import validity
from diffusionwatch.aggregate import Aggregate
from diffusionwatch.breath import Breath
from diffusionwatch.catalog import REJECTIONS
from diffusionwatch.clock import Clock
from diffusionwatch.emf import EmfEncoder
from diffusionwatch.generation import Generation
from diffusionwatch.heartbeat import Heartbeat
from diffusionwatch.ledger import Ledger
from diffusionwatch.measure import event_of, is_slow, latency_ms
from diffusionwatch.plain import PlainRequests
from diffusionwatch.records import Document, Event
from diffusionwatch.settings import Settings
from diffusionwatch.tracing import Tracing

if TYPE_CHECKING:
    from diffusionwatch.gpu import GpuSampler
    from diffusionwatch.records import Record

QUEUE_LIMIT = 100_000
"""Records that may wait to be encoded: some 60 MB, reached only by a process that records faster than it can encode."""
CLOCKED = 4
"""Documents after which the clock is looked at, which costs as much as a fiftieth of one."""
GPU_PATIENCE_NS = 10_000_000_000
"""How long a finished generation waits for its CUDA events; after that the host's clock has to do."""


class Digest:
    """Empties the queue of records into documents, and keeps the worker's account of them."""

    def __init__(
        self,
        *,
        queue: deque[Record],
        state: Callable[[], dict[str, Any]],
        encoder: EmfEncoder,
        ledger: Ledger,
        clock: Clock,
        settings: Settings,
        tracing: Tracing | None,
    ) -> None:
        self._queue, self._state = queue, state
        self.in_work: deque[Generation] = deque()
        """Generations that have not ended, as of the last collection."""
        self.interrupted_ns: int | None = None
        """When the process was told to end, by the monotonic clock: whatever is in work ended then."""
        self.gpus: GpuSampler | None = None
        self._encoder, self._ledger, self._clock, self._tracing = encoder, ledger, clock, tracing
        self._objectives = settings.objectives
        self._never_slow = settings.objectives.shortest
        self._aggregate = Aggregate(settings.aggregate_seconds, ledger) if settings.detail == "aggregate" else None
        self._plain = PlainRequests(encoder, self._never_slow, ledger.repaired)
        self._heartbeat = Heartbeat()
        self._last_end = 0
        self._unreached: deque[Generation] = deque()

    def collect(self, final: bool = False) -> Iterator[list[Document]]:
        """What was recorded since the last time, in parts: the interpreter is let go of between them. ``final`` holds
        nothing back."""
        now, monotonic = self._clock.time_ns(), self._clock.monotonic_ns()
        # The wall's time of a completion is told from its distance to now, so that the caller reads one clock less.
        offset_ns = now - monotonic
        counts = dict.fromkeys(("completed", "faulted", "rejected", "slow", "dropped", "records_dropped"), 0)
        unread_ns = monotonic - GPU_PATIENCE_NS
        documents: list[Document] = []
        breath = Breath()
        for record in chain(self._ended(final, offset_ns, counts), self._own(final, now, monotonic)):
            try:
                if isinstance(record, Generation):
                    if self._aggregate is None and (document := self._plain.document(record, offset_ns)) is not None:
                        counts["completed"] += 1
                        documents.append(document)
                    elif not (final or record._extras is None or record._ended < unread_ns or _reached(record)):
                        self._unreached.append(record)
                    elif (event := self._event(record, record._ended + offset_ns, counts)) is not None:
                        documents += self._encoder.encode(event)
                elif isinstance(record, Event):
                    documents += self._encoder.encode(record)
                else:
                    stream, largest = self._encoder.log_stream, self._encoder.event_bytes
                    documents += record.documents(stream, now // 1_000_000, self._ledger.repaired, largest)
            except Exception as error:
                counts["dropped"] += record.requests if isinstance(record, Event) else isinstance(record, Generation)
                counts["records_dropped"] += 1
                self._ledger.say_once(f"a record was given up: {error!r}")
            if not len(documents) % CLOCKED and breath.due:
                self._ledger.take(counts)
                yield documents
                documents = []
                breath.take()
        self._ledger.take(counts)
        yield documents

    def _own(self, final: bool, now: int, monotonic: int) -> Iterator[Event]:
        """The events that no single request gives; made when those have been looked at."""
        if self._aggregate is not None:
            yield from self._aggregate.due(now, final)
        oldest = max((monotonic - generation._started for generation in self.in_work), default=0)
        figures = self.gpus.health if self.gpus is not None else dict
        beat = None
        with self._guarded("there is no heartbeat"):
            beat = self._heartbeat.beat(now, max(0, oldest), self._ledger, self._state, figures)
        if beat is not None:
            yield beat

    @contextlib.contextmanager
    def _guarded(self, trouble: str) -> Iterator[None]:
        """Around what may fail without a request's own figures being lost."""
        try:
            yield
        except Exception as error:
            self._ledger.say_once(f"{trouble}: {error!r}")

    def _ended(self, final: bool, offset_ns: int, counts: dict[str, int]) -> Iterator[Record]:
        """The records that are to be looked at one by one; those that are not whole yet stay ``in_work``.

        Each leaves its queue only when its turn has come: it is freed while it is still in the cache.
        """
        queues: tuple[deque[Any], ...] = (self._unreached, self.in_work, self._queue)
        if self.gpus is not None and self.gpus.gpus:
            records = [record for queue in queues for record in self._whole(queue)]
            with self._guarded("GPUs are not measured"):
                self._measure([record for record in records if isinstance(record, Generation)], self.gpus)
            yield from records
        elif self._aggregate is not None:
            for queue in queues:
                yield from self._aggregate.absorb(queue, self.in_work, offset_ns, self._never_slow, counts)
        else:
            for queue in queues:
                yield from self._whole(queue)
        if final and self.interrupted_ns is not None:
            for _ in range(len(self.in_work)):
                generation = self.in_work.popleft()
                if generation.error_class is None:
                    generation.error_class = "interrupted"
                generation._ended = max(generation._started, self.interrupted_ns)
                yield generation

    def _whole(self, queue: deque[Any]) -> Iterator[Record]:
        for _ in range(len(queue)):
            record = queue.popleft()
            if isinstance(record, Generation) and record._ended < 0:
                self.in_work.append(record)
            else:
                yield record

    def give_up(self, record: Record) -> None:
        """Counts a record that there is no room for. On the caller's thread."""
        if isinstance(record, Generation):
            if record._ended < 0:  # its caller holds it anyway
                self.in_work.append(record)
                return
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
            with self._guarded("a trace was not sent"):
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
        now = self._clock.monotonic_ns()
        spans = [(generation._started, now) for generation in self.in_work]
        spans += [(generation._started, generation._ended) for generation in generations]
        breath = Breath()
        for generation in generations:
            if breath.due:
                breath.take()
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


def _outcome(error_class: str | None) -> str:
    return "completed" if error_class is None else "rejected" if error_class in REJECTIONS else "faulted"


def _reached(generation: Generation) -> bool:
    """Whether the GPU has come to the end of the generation's last stage and step."""
    extras = generation._extra()
    return all(moment.reached() for moment in [stage.ended for stage in extras.stages[-1:]] + extras.steps[-1:])
