"""Where events go. One module a way out, one protocol for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ConnectionBroken(OSError):  # noqa: N818 - it is a state of affairs, the cause is its __cause__
    """The way out is closed for now; of what was sent, at least the newest ``unread`` bytes did not arrive."""

    def __init__(self, reason: str, unread: int | None = None) -> None:
        super().__init__(reason)
        self.unread = unread
        """Bytes known not to have arrived; None when only the last ``outstanding()`` can tell."""


class Sink(Protocol):
    """Takes encoded events. Called by the background thread alone; must never wait for long."""

    def send(self, bodies: Sequence[bytes]) -> bool:
        """Takes all of these, or none (False) when it cannot take any now. Raises ``OSError`` when broken."""

    def outstanding(self) -> int:
        """Of the bytes taken, line feeds included, how many of the newest are not known to have arrived."""

    def close(self) -> None:
        """Lets go of everything; a later ``send`` opens it again."""
