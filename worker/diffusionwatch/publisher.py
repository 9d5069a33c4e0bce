"""The background thread: collects documents and gets them out. It alone sends, and waits for nobody else's sake."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from diffusionwatch.breath import breathe
from diffusionwatch.buffer import Buffer, size_of
from diffusionwatch.clock import Clock
from diffusionwatch.ledger import Ledger
from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken, Sink

CHUNK_BYTES = 64 * 1024
"""How much is handed to the sink at once: large enough that a system call costs little per document."""
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 10.0
"""An agent restarts within seconds; asked more rarely than this, its return would go unnoticed for long."""
PAUSE_SECONDS = 0.01
"""Of the wall, between two rounds when somebody waits for the end."""
GRACE_SECONDS = 0.6
"""Of the wall, for the round that is under way at a deadline: one attempt to connect."""

TURN_SECONDS = 0.5
"""Of the wall. A turn takes milliseconds, or one attempt to connect."""


class Publisher:
    """Calls ``collect`` every ``flush_seconds`` of the clock, and sends what it gives."""

    def __init__(
        self,
        *,
        collect: Callable[[bool], Iterator[list[Document]]],
        sink: Sink,
        buffer: Buffer,
        clock: Clock,
        ledger: Ledger,
        flush_seconds: float,
    ) -> None:
        self._collect, self._sink, self._buffer, self._clock, self._ledger = collect, sink, buffer, clock, ledger
        self._flush_seconds = flush_seconds
        self.wake = threading.Event()
        """Set by whoever cannot wait for ``flush_seconds``."""
        self._asked: deque[tuple[bool, threading.Event]] = deque()
        """Who waits for a collection: whether it is to hold nothing back, and what is set when it is done."""
        self._due_ns = 0
        self._close_at: float | None = None
        self._retry_at = 0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._turn = threading.Lock()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Starts the thread, unless it runs or somebody else is just starting it."""
        if not self.alive and self._starting.acquire(blocking=False):
            try:
                if not self.alive:
                    self._close_at = None
                    thread = threading.Thread(target=self._run, name="diffusionwatch", daemon=True)
                    thread.start()
                    self._thread = thread
            finally:
                self._starting.release()

    def gather(self, final: bool = False, timeout: float = 1) -> bool:
        """Turns what was recorded so far into documents; false when it was not done in time.

        The thread does it, if there is one: a signal may end the process here, and what was taken must not end with it.
        """
        if self.alive and self._thread is not threading.current_thread():
            gathered = threading.Event()
            self._asked.append((final, gathered))
            self.wake.set()
            return gathered.wait(timeout)
        mine = self._turn.acquire(timeout=timeout)
        if mine:
            try:
                self._gather(final)
            finally:
                self._turn.release()
        return mine

    def flush(self, timeout: float) -> bool:
        """Whether all that was recorded until now was sent within ``timeout`` seconds of the wall."""
        until = time.monotonic() + timeout
        if not self.gather(True, timeout):
            return False
        while not self._empty and time.monotonic() < until:
            if self.alive:
                self.hasten()
            else:
                self._round(final=True)
            time.sleep(PAUSE_SECONDS)
        return self._empty

    def close(self, timeout: float) -> None:
        """Collects and sends for at most ``timeout`` seconds of the wall, then gives up what is left."""
        self._close_at = time.monotonic() + timeout
        if self.alive and self._thread is not threading.current_thread():
            self.wake.set()
            assert self._thread is not None
            self._thread.join(timeout + GRACE_SECONDS)
        else:
            self._end()

    def hasten(self) -> None:
        """Sends what there is without waiting for its time."""
        self._due_ns = 0
        self.wake.set()

    def _run(self) -> None:
        while self._close_at is None:
            self._clock.wait(self.wake, self._flush_seconds)
            self.wake.clear()
            asked = [self._asked.popleft() for _ in range(len(self._asked))]
            now = self._clock.monotonic_ns()
            # Woken because the queue is long: that it becomes short is enough, as long as there is little to send.
            send = now >= self._due_ns or self._buffer.waiting_bytes >= CHUNK_BYTES
            if send:
                self._due_ns = now + int(self._flush_seconds * 1e9)
            self._round(final=any(final for final, _ in asked), send=send)
            for _, gathered in asked:
                gathered.set()
        self._end()
        for _, gathered in self._asked:
            gathered.set()

    def _end(self) -> None:
        until = self._close_at or 0
        self._round(final=True)
        while not self._empty and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
            self._round(final=True)
        with self._my_turn():
            self._confirm(0)
            while given_up := self._buffer.clear():
                self._given_up(given_up)
                breathe()
            self._sink.close()

    def _round(self, final: bool = False, send: bool = True) -> None:
        """Collects, hands over, sees what arrived. Never raises."""
        with self._my_turn():
            try:
                self._gather(final)
                if final or (send and self._clock.monotonic_ns() >= self._retry_at):
                    self._send(final)
            except Exception as error:
                self._ledger.say_once(f"a round of sending failed: {error!r}")

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """One at a time. But at the end nobody is waited for long: a signal may have stopped who has the turn, in the
        middle of ``counts()``, and its handler waits for us."""
        mine = self._turn.acquire(timeout=TURN_SECONDS)
        while not mine and self._close_at is None:
            mine = self._turn.acquire(timeout=TURN_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._turn.release()

    def _gather(self, final: bool) -> None:
        for documents in self._collect(final):
            if dropped := [gone for document in documents for gone in self._buffer.offer(document)]:
                self._given_up(dropped)

    def _send(self, final: bool) -> None:
        buffer, sink = self._buffer, self._sink
        documents: list[Document] = []
        try:
            if buffer.unconfirmed:
                self._confirm(sink.outstanding())
            while documents := buffer.next(CHUNK_BYTES):
                if not sink.send(documents):
                    return
                self._handed(documents)
                self._retry_seconds = FIRST_RETRY_SECONDS
            if final:  # somebody waits for it to have arrived
                self._confirm(sink.outstanding())
        except OSError as error:
            if isinstance(error, ConnectionBroken):
                if error.taken:
                    self._handed(documents[: error.taken])
                if error.refused:
                    self._given_up([buffer.give_up()])
                if error.unread is not None:
                    self._confirm(error.unread)
            while again := buffer.rewind():
                self._sent(again, size_of(again), -1)
                breathe()
            # With jitter, so that a fleet does not knock on a restarted agent all at once.
            seconds = self._retry_seconds * (0.5 + os.urandom(1)[0] / 512)
            self._retry_at = self._clock.monotonic_ns() + int(seconds * 1e9)
            self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)
            self._ledger.say_once(f"telemetry waits in memory: {error}")

    def _handed(self, documents: list[Document]) -> None:
        size = size_of(documents)
        self._buffer.handed(len(documents), size)
        self._sent(documents, size, 1)

    def _confirm(self, outstanding: int) -> None:
        while self._buffer.confirm(outstanding):
            breathe()

    @property
    def _empty(self) -> bool:
        return self._buffer.bytes == 0

    def _sent(self, documents: list[Document], size: int, sign: int) -> None:
        self._ledger.add(
            {
                "sent": sign * sum([document.requests for document in documents]),
                "documents_sent": sign * len(documents),
                "bytes_sent": sign * size,
            }
        )

    def _given_up(self, documents: list[Document]) -> None:
        requests = sum(document.requests for document in documents)
        self._ledger.add({"dropped": requests, "documents_dropped": len(documents)})
