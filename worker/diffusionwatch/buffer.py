"""Documents on their way out, within a bound in bytes.

A document is first waiting, then handed to the sink, and forgotten only when it is confirmed. When a connection
breaks, what was not confirmed goes back to the front of what is waiting.

Documents are held as plain tuples. Python's garbage collector, which runs on whatever thread makes objects, a request's
too, looks at each object of a class of ours each time, a millisecond for a full buffer; a tuple of bytes and numbers it
lets go of for good.
"""

from __future__ import annotations

from collections import deque

from diffusionwatch.records import Document

Held = tuple[bytes, int, int]
"""Body, timestamp in milliseconds, requests: a document's."""


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
        self._waiting: deque[Held] = deque()
        self._handed: deque[Held] = deque()
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
                forgotten = len(self._handed.popleft()[0]) + 1
                self._handed_bytes -= forgotten
                self.bytes -= forgotten
            else:
                oldest = self._waiting.popleft()
                self.bytes -= len(oldest[0]) + 1
                dropped.append(Document(*oldest))
        self.bytes += size
        self._waiting.append((document.body, document.timestamp_ms, document.requests))
        return dropped

    def next(self, most: int) -> list[Document]:
        """The documents that wait longest: up to ``most`` bytes of them, but at least one if there is any."""
        documents: list[Document] = []
        size = 0
        for body, timestamp_ms, requests in self._waiting:
            size += len(body) + 1
            if documents and size > most:
                break
            documents.append(Document(body, timestamp_ms, requests))
        return documents

    def handed(self, count: int) -> None:
        """The sink has taken the next ``count`` documents."""
        for _ in range(count):
            held = self._waiting.popleft()
            self._handed.append(held)
            self._handed_bytes += len(held[0]) + 1

    def give_up(self) -> Document:
        """Takes out the document that waits longest, which no sink will take."""
        given_up = Document(*self._waiting.popleft())
        self.bytes -= len(given_up.body) + 1
        return given_up

    def confirm(self, outstanding: int) -> None:
        """Forgets what was handed over, but for the documents that reach into the newest ``outstanding`` bytes."""
        handed, left = self._handed, self._handed_bytes
        while handed and (without := left - len(handed[0][0]) - 1) >= outstanding:
            handed.popleft()
            left = without
        self.bytes -= self._handed_bytes - left
        self._handed_bytes = left

    def rewind(self) -> list[Document]:
        """What was not confirmed will be sent again; gives it, oldest first."""
        again = list(self._handed)
        self._waiting.extendleft(reversed(again))
        self._handed.clear()
        self._handed_bytes = 0
        return [Document(*held) for held in again]

    def clear(self) -> list[Document]:
        """Gives up what is waiting, and forgets the rest."""
        given_up = [Document(*held) for held in self._waiting]
        self._waiting.clear()
        self._handed.clear()
        self.bytes = self._handed_bytes = 0
        return given_up
