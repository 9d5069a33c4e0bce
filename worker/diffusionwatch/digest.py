"""From what was recorded to documents. Runs on the background thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from diffusionwatch.aggregate import Aggregate
from diffusionwatch.catalog import REJECTIONS
from diffusionwatch.clock import Clock
from diffusionwatch.emf import EmfEncoder
from diffusionwatch.generation import Generation
from diffusionwatch.heartbeat import Heartbeat
from diffusionwatch.ledger import Ledger
from diffusionwatch.measure import event_of, is_slow, latency_ms
from diffusionwatch.records import Document
from diffusionwatch.settings import Settings
from diffusionwatch.tracing import Tracing

if TYPE_CHECKING:
    from diffusionwatch.records import Record

QUEUE_LIMIT = 100_000
"""Records that may wait to be encoded: some 60 MB, reached only by a process that records faster than it can encode."""
GPU_PATIENCE_NS = 10_000_000_000
"""How long a finished generation waits for its CUDA events; after that the host's clock has to do."""


class Digest:
    """Empties the queue of records into documents, and keeps the worker's account of them."""

    def __init__(
        self,
        *,
        queue: deque[Record],
        in_flight: dict[Generation, int],
        state: Callable[[], str],
        encoder: EmfEncoder,
        ledger: Ledger,
        clock: Clock,
        settings: Settings,
        tracing: Tracing | None,
    ) -> None:
        self._queue, self._in_flight, self._state = queue, in_flight, state
        self._encoder, self._ledger, self._clock, self._tracing = encoder, ledger, clock, tracing
        self._objectives = settings.objectives
        self._aggregate = Aggregate(settings.aggregate_seconds, ledger) if settings.detail == "aggregate" else None
        self._heartbeat = Heartbeat()
        self._offset_ns = 0
        self._unreached: deque[Generation] = deque()

    def collect(self, final: bool = False) -> list[Document]:
        """What was recorded since the last time. ``final`` holds nothing back."""
        documents: list[Document] = []
        now, monotonic = self._clock.time_ns(), self._clock.monotonic_ns()
        # The wall's time of a completion is told from its distance to now, so that the caller reads one clock less.
        self._offset_ns = now - monotonic
        counts = dict.fromkeys(("completed", "faulted", "rejected", "slow", "dropped"), 0)
        for record in self._records(monotonic, final):
            try:
                if isinstance(record, Generation):
                    self._generation(record, documents, counts)
                elif isinstance(record, bytes):
                    documents.append(Document(record, now // 1_000_000))
                else:
                    documents += self._encoder.encode(record)
            except Exception as error:  # noqa: PERF203 - one bad record must not take the others along
                counts["dropped"] += isinstance(record, Generation)
                self._ledger.say_once(f"a record was given up: {error!r}")
        self._ledger.add(counts)
        events = self._aggregate.due(now, final) if self._aggregate is not None else []
        started = list(self._in_flight.values())
        oldest = monotonic - min(started) if started else 0
        beat = self._heartbeat.beat(now, oldest, self._ledger, self._state())
        for event in [*events, beat] if beat is not None else events:
            documents += self._encoder.encode(event)
        return documents

    def give_up(self, record: Record) -> None:
        """Counts a record that there is no room for. On the caller's thread."""
        if isinstance(record, Generation):
            self._ledger.add({_outcome(record.error_class): 1, "dropped": 1})
        self._ledger.add({"records_dropped": 1})

    def _records(self, monotonic: int, final: bool) -> list[Record]:
        """Everything that is ready; generations whose CUDA events are still to come are put aside."""
        queue = self._queue
        records = [queue.popleft() for _ in range(len(queue))]
        if not self._unreached and not any(isinstance(r, Generation) and r._stages and not _reached(r) for r in records):
            return records
        ready: list[Record] = []
        waiting = [*self._unreached, *records]
        self._unreached.clear()
        for record in waiting:
            if isinstance(record, Generation) and not final and not _reached(record):
                if monotonic - record._ended < GPU_PATIENCE_NS:
                    self._unreached.append(record)
                    continue
            ready.append(record)
        return ready

    def _generation(self, generation: Generation, documents: list[Document], counts: dict[str, float]) -> None:
        completed_ns = generation._ended + self._offset_ns
        latency = latency_ms(generation)
        error = generation.error_class
        slow = error is None and is_slow(generation, latency, self._objectives)
        counts[_outcome(error)] += 1
        counts["slow"] += slow
        if self._aggregate is not None and error is None and not slow:
            event = self._aggregate.add(generation, latency, completed_ns)
        else:
            event = event_of(generation, latency, slow, completed_ns // 1_000_000)
        if event is not None:
            documents += self._encoder.encode(event)
        if self._tracing is not None and generation.trace is not None:
            self._tracing.finish(generation, completed_ns)


def _outcome(error_class: str | None) -> str:
    return "completed" if error_class is None else "rejected" if error_class in REJECTIONS else "faulted"


def _reached(generation: Generation) -> bool:
    moments = [stage.ended for stage in generation._stages or ()] + (generation._steps or [])[-1:]
    return all(moment.reached() for moment in moments)
