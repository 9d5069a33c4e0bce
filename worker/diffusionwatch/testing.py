"""For tests of code that records: a sink in memory, and a monitor that writes into it.

>>> with recording() as (monitor, sink):
...     with monitor.generation(model="sdxl"):
...         pass
>>> sink.total("RequestsCompleted"), sink.events[0]["Model"]
(1, 'sdxl')
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from diffusionwatch import limits
from diffusionwatch.clock import Clock
from diffusionwatch.monitor import GenerationMonitor
from diffusionwatch.records import Document


class MemorySink:
    """Keeps what it was sent."""

    largest = limits.EVENT_BYTES

    def __init__(self) -> None:
        self.documents: list[Document] = []

    def send(self, documents: Sequence[Document]) -> bool:
        self.documents += documents
        return True

    def outstanding(self) -> int:
        return 0

    def close(self) -> None:
        pass

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events as CloudWatch would read them."""
        return [orjson.loads(document.body) for document in self.documents]

    def values(self, metric: str) -> list[float]:
        """All values of a metric, in the order in which they came."""
        found: list[float] = []
        for event in self.events:
            if metric in event:
                found += event[metric] if isinstance(event[metric], list) else [event[metric]]
        return found

    def total(self, metric: str) -> float:
        """The sum of a metric's values."""
        return sum(self.values(metric))


@contextlib.contextmanager
def recording(*, clock: Clock | None = None, **settings: Any) -> Iterator[tuple[GenerationMonitor, MemorySink]]:
    """A monitor without a thread, and the sink that holds everything once the block is left, or after ``flush()``."""
    sink = MemorySink()
    given = {"service": "image-api", "environment": "test", "tracing": "off", **settings}
    monitor = GenerationMonitor(sink=sink, clock=clock, start=False, **given)
    try:
        yield monitor, sink
    finally:
        monitor.close()
