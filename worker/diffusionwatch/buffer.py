"""Documents on their way out, within a bound in bytes.

A document is first waiting, then handed to the sink, and forgotten only when it is confirmed. When a connection
breaks, what was not confirmed goes back to the front of what is waiting.

Python's garbage collector runs, on whatever thread makes objects, a request's too, after 700 objects that may hold
others, for milliseconds when it looks at all of them. So what may be long here holds only bytes and numbers.
"""

from __future__ import annotations

from collections import deque
from itertools import repeat
from typing import Any

from diffusionwatch.records import Document

STEP = 500
"""Documents that are forgotten or taken back at once: a tenth of a millisecond's work. Between two steps the publisher
lets go of the interpreter."""
PARTS = 3
"""Of a document in a queue, one after the other: body, timestamp, requests."""


class Buffer:
    """A first-in, first-out buffer of at most ``limit`` bytes, line feeds included.

    >>> buffer = Buffer(limit=10)
    >>> [len(buffer.offer(Document(body, 0))) for body in (b"aaaa", b"bbbb", b"cccc")]
    [0, 0, 1]
    >>> [document.body for document in buffer.next(100)]
    [b'bbbb', b'cccc']
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        """Of all that is held, handed over or not."""
        self._waiting: deque[Any] = deque()
        self._handed: deque[Any] = deque()
        self._handed_bytes = 0

    @property
    def unconfirmed(self) -> bool:
        """Whether the sink was handed anything that is not confirmed."""
        return bool(self._handed)

    @property
    def waiting_bytes(self) -> int:
        """Of what the sink was not handed yet."""
        return self.bytes - self._handed_bytes

    def offer(self, document: Document) -> list[Document]:
        """Takes a document in; gives those that had to go for it, oldest first."""
        size = len(document.body) + 1
        if size > self.limit:
            return [document]
        dropped = []
        while self.bytes + size > self.limit:
            # What was handed over has most likely arrived: to forget it costs no request.
            if self._handed:
                forgotten = len(_oldest(self._handed).body) + 1
                self._handed_bytes -= forgotten
                self.bytes -= forgotten
            else:
                dropped.append(_oldest(self._waiting))
                self.bytes -= len(dropped[-1].body) + 1
        self.bytes += size
        self._waiting += (document.body, document.timestamp_ms, document.requests)
        return dropped

    def next(self, most: int) -> list[Document]:
        """The documents that wait longest: up to ``most`` bytes of them, but at least one if there is any."""
        documents: list[Document] = []
        size = 0
        parts = iter(self._waiting)
        for body, timestamp_ms, requests in zip(parts, parts, parts):  # noqa: B905 - each document has three
            size += len(body) + 1
            if documents and size > most:
                break
            documents.append(Document(body, timestamp_ms, requests))
        return documents

    def handed(self, count: int, size: int) -> None:
        """The sink has taken the next ``count`` documents, of ``size`` bytes."""
        put, take = self._handed.append, self._waiting.popleft
        for _ in repeat(None, PARTS * count):
            put(take())
        self._handed_bytes += size

    def give_up(self) -> Document:
        """Takes out the document that waits longest, which no sink will take."""
        given_up = _oldest(self._waiting)
        self.bytes -= len(given_up.body) + 1
        return given_up

    def confirm(self, outstanding: int) -> bool:
        """Forgets what was handed over, but for the documents that reach into the newest ``outstanding`` bytes.

        In steps: whether there may be more to forget.
        """
        handed, left = self._handed, self._handed_bytes
        count = min(len(handed) // PARTS, STEP)
        if not outstanding and PARTS * count == len(handed):
            handed.clear()
            left = 0
        while handed and count and (without := left - len(handed[0]) - 1) >= outstanding:
            handed.popleft(), handed.popleft(), handed.popleft()
            left = without
            count -= 1
        self.bytes -= self._handed_bytes - left
        self._handed_bytes = left
        return bool(handed) and not count

    def rewind(self) -> list[Document]:
        """What was not confirmed will be sent again. In steps: gives the newest of it, nothing when it is done."""
        again: list[Document] = []
        for _ in range(min(len(self._handed) // PARTS, STEP)):
            requests, timestamp_ms, body = self._handed.pop(), self._handed.pop(), self._handed.pop()
            self._waiting.extendleft((requests, timestamp_ms, body))
            again.append(Document(body, timestamp_ms, requests))
        self._handed_bytes -= size_of(again)
        return again

    def clear(self) -> list[Document]:
        """Gives up what is waiting. In steps: gives the oldest of it, none when it is done."""
        given_up = [_oldest(self._waiting) for _ in range(min(len(self._waiting) // PARTS, STEP))]
        self.bytes -= size_of(given_up)
        return given_up


def _oldest(queue: deque[Any]) -> Document:
    return Document(queue.popleft(), queue.popleft(), queue.popleft())


def size_of(documents: list[Document]) -> int:
    """Their bytes, line feeds included."""
    return sum([len(document.body) + 1 for document in documents])
