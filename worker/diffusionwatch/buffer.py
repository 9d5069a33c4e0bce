"""Documents on their way out, within a bound in bytes.

A document is first waiting, then handed to the sink, and forgotten only when it is confirmed. When a connection
breaks, what was not confirmed goes back to the front of what is waiting.
"""

from __future__ import annotations

from collections import deque

from diffusionwatch.records import Document


class Buffer:
    """A first-in, first-out buffer of at most ``limit`` bytes, line feeds included.

    >>> buffer = Buffer(limit=10)
    >>> [len(buffer.offer(Document(body, 0))) for body in (b"aaaa", b"bbbb", b"cccc")]
    [0, 0, 1]
    >>> buffer.next().body
    b'bbbb'
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self.unconfirmed_bytes = 0
        self._waiting: deque[Document] = deque()
        self._handed: deque[Document] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, document: Document) -> list[Document]:
        """Takes a document in; gives those that had to go for it, oldest first."""
        size = len(document.body) + 1
        if size > self.limit:
            return [document]
        dropped = []
        while self.bytes + size > self.limit:
            # What was handed over has most likely arrived: to forget it costs no request.
            if self._handed:
                self._forget()
            else:
                oldest = self._waiting.popleft()
                self.bytes -= len(oldest.body) + 1
                dropped.append(oldest)
        self.bytes += size
        self._waiting.append(document)
        return dropped

    def next(self, count: int = 0) -> Document:
        """The document at position ``count`` of those that wait."""
        return self._waiting[count]

    def handed(self) -> Document:
        """Moves the next document to those handed to the sink, and gives it."""
        document = self._waiting.popleft()
        self._handed.append(document)
        self.unconfirmed_bytes += len(document.body) + 1
        return document

    def confirm(self, outstanding: int) -> None:
        """Forgets what was handed over, but for the newest ``outstanding`` bytes."""
        while self._handed and self.unconfirmed_bytes - len(self._handed[0].body) - 1 >= outstanding:
            self._forget()

    def rewind(self) -> list[Document]:
        """What was not confirmed will be sent again; gives it, oldest first."""
        again = list(self._handed)
        self._waiting.extendleft(reversed(again))
        self._handed.clear()
        self.unconfirmed_bytes = 0
        return again

    def clear(self) -> list[Document]:
        """Gives up what is waiting, and forgets the rest."""
        given_up = list(self._waiting)
        self._waiting.clear()
        self._handed.clear()
        self.bytes = self.unconfirmed_bytes = 0
        return given_up

    def _forget(self) -> None:
        size = len(self._handed.popleft().body) + 1
        self.bytes -= size
        self.unconfirmed_bytes -= size
