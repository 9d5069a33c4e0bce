"""The background thread: turns records into documents and gets them out.

It is the only thread that encodes, sends or waits for anybody.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from diffusionwatch.buffer import Buffer
from diffusionwatch.clock import Clock
from diffusionwatch.ledger import Ledger
from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken, Sink

CHUNK_BYTES = 64 * 1024
"""How much is handed to the sink at once: large enough that a system call costs little per document."""
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 10.0
"""An agent restarts within seconds; more rarely than this, its return would go unnoticed for long."""


class Publisher:
    """Calls ``collect`` every ``flush_seconds`` of the clock, and sends what it gives."""

    def __init__(
        self,
        *,
        collect: Callable[[bool], list[Document]],
        sink: Sink,
        buffer: Buffer,
        clock: Clock,
        ledger: Ledger,
        flush_seconds: float,
    ) -> None:
        self._collect, self._sink, self._buffer, self._clock, self._ledger = collect, sink, buffer, clock, ledger
        self._flush_seconds = flush_seconds
        self.wake = threading.Event()
        self._closing = False
        self._retry_at = 0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="diffusionwatch", daemon=True)
        self._thread.start()

    def close(self, timeout: float) -> None:
        """Collects and sends for at most ``timeout`` seconds of the wall, then gives up what is left."""
        self._closing = True
        self.wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing:
            self._clock.wait(self.wake, self._flush_seconds)
            self.wake.clear()
            self.turn()
        self._drain()

    def gather(self, final: bool = False) -> None:
        """Turns what was recorded so far into documents, on whatever thread."""
        with self._turn:
            for document in self._collect(final):
                self._given_up(self._buffer.offer(document))

    def flush(self, timeout: float) -> bool:
        """Whether all that was recorded until now was sent within ``timeout`` seconds of the wall."""
        self.gather(final=True)
        until = time.monotonic() + timeout
        while not self._empty:
            if time.monotonic() > until:
                return False
            self.wake.set()
            time.sleep(0.005)
        return True

    def turn(self, final: bool = False) -> None:
        """One round: collect, hand over, see what arrived. Never raises."""
        with self._turn:
            try:
                for document in self._collect(final):
                    self._given_up(self._buffer.offer(document))
                if final or self._clock.monotonic_ns() >= self._retry_at:
                    self._send()
            except Exception as error:
                self._ledger.say_once(f"a round of sending failed: {error!r}")

    def _send(self) -> None:
        buffer, sink = self._buffer, self._sink
        try:
            buffer.confirm(sink.outstanding())
            while len(buffer):
                count = size = 0
                bodies = []
                while count < len(buffer) and (size := size + len(buffer.next(count).body) + 1) and (
                    not bodies or size <= CHUNK_BYTES
                ):
                    bodies.append(buffer.next(count).body)
                    count += 1
                if not sink.send(bodies):
                    return
                self._count([buffer.handed() for _ in bodies], 1)
                self._retry_seconds = FIRST_RETRY_SECONDS
        except OSError as error:
            if isinstance(error, ConnectionBroken) and error.unread is not None:
                buffer.confirm(error.unread)
            self._count(buffer.rewind(), -1)
            self._retry_at = self._clock.monotonic_ns() + int(self._retry_seconds * random.uniform(0.5, 1) * 1e9)
            self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)
            self._ledger.say_once(f"telemetry waits in memory: {error}")

    def _drain(self) -> None:
        """The last rounds; ``close`` bounds how long anybody waits for them."""
        self.turn(final=True)
        pause = threading.Event()
        while not self._empty:
            pause.wait(0.002)
            self.turn(final=True)
        self._sink.close()

    @property
    def _empty(self) -> bool:
        return not len(self._buffer) and not self._buffer.unconfirmed_bytes

    def _count(self, documents: list[Document], sign: int) -> None:
        self._ledger.add(
            {
                "sent": sign * sum(document.requests for document in documents),
                "documents_sent": sign * len(documents),
                "bytes_sent": sign * sum(len(document.body) + 1 for document in documents),
            }
        )

    def _given_up(self, documents: list[Document]) -> None:
        if documents:
            requests = sum(document.requests for document in documents)
            self._ledger.add({"dropped": requests, "documents_dropped": len(documents)})
