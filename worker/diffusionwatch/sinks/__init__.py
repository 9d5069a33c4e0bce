"""Where events go. One module a way out, one protocol for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from diffusionwatch.records import Document


class ConnectionBroken(OSError):  # noqa: N818 - a state of affairs; the error is its cause
    """The way out is closed for now.

    ``taken`` is how many of the documents it took before that, out of those that it was just given; ``refused``, that
    it will never take the next one. ``unread`` is how many of the newest bytes that it took, line feeds included, did
    not arrive; None when only the last ``outstanding()`` can tell.
    """

    def __init__(self, reason: str, unread: int | None = None, taken: int = 0, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.unread, self.taken, self.refused = unread, taken, refused


class Sink(Protocol):
    """Takes encoded events. Called by the background thread alone; must not wait for long."""

    largest: int
    """Bytes of the largest event that it takes."""

    def send(self, documents: Sequence[Document]) -> bool:
        """Takes all of these, or none (False) when it cannot take any now.

        Raises ``ConnectionBroken`` when broken; with any other ``OSError`` nothing that is unconfirmed has arrived.
        """

    def outstanding(self) -> int:
        """How many of the newest bytes that it took are not known to have arrived. Raises ``OSError`` when broken."""

    def close(self) -> None:
        """Lets go of everything; a later ``send`` opens it again."""
