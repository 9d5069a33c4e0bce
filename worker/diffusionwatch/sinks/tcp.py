"""The CloudWatch agent over TCP: one JSON object a line.

TCP says what the agent's kernel has taken, not what the agent has read, and the agent itself says nothing. So this
sink looks closer (Linux):

* ``SIOCOUTQ`` is the number of bytes that the other side's kernel has not acknowledged;
* ``sock_diag`` tells, for an agent on the same network namespace, how many bytes it has not read yet;
* a peer that closes having read everything sends FIN (we see end of file, or EPIPE); one that closes or dies with
  bytes unread sends RST (ECONNRESET). See tcp_close() of Linux.

After FIN exactly the unacknowledged bytes are sent again: no loss, no duplicate. After RST everything is sent again
that was not yet known to be read: no loss, and duplicates within that window.
"""

from __future__ import annotations

import contextlib
import encodings.idna  # noqa: F401 - getaddrinfo() would import it on our thread; see GenerationMonitor._watch
import fcntl
import socket
import struct
import termios
import time
from collections import deque
from collections.abc import Sequence

from diffusionwatch import limits
from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken
from diffusionwatch.sinks.socket_diagnosis import unread_by_peer

CONNECT_SECONDS = 0.5
"""Wall seconds for a connection to an agent that is one hop away: a longer wait means that packets are swallowed."""
DOUBTFUL_SECONDS = 1.0
"""Where the agent's reading cannot be watched, what was sent within this time counts as perhaps unread."""


class TcpSink:
    """Sends to ``host:port`` without ever waiting for the agent to read.

    >>> TcpSink("127.0.0.1", 25888).outstanding()
    0
    """

    largest = limits.EVENT_BYTES

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._rest = memoryview(b"")
        self._recent: deque[tuple[float, int]] = deque()

    def send(self, documents: Sequence[Document]) -> bool:
        if self._socket is None:
            self._connect()
        fresh = 0
        try:
            self._check_peer()
            self._write()
            if self._rest:
                return False
            self._rest = memoryview(b"\n".join([*(document.body for document in documents), b""]))
            fresh = len(self._rest)
            self._forget()
            self._recent.append((time.monotonic(), fresh))
            self._write()
        except OSError as error:
            raise self._broken(error, fresh) from error
        return True

    def outstanding(self) -> int:
        if self._socket is None:
            return 0
        try:
            self._check_peer()
            self._write()
        except OSError as error:
            raise self._broken(error) from error
        try:
            unacknowledged = len(self._rest) + self._unacknowledged()
            unread = unread_by_peer(self._socket)
        except OSError:
            return self._doubtful()
        return self._doubtful() if unread is None else unacknowledged + unread

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None
        self._rest = memoryview(b"")
        self._recent.clear()

    def _connect(self) -> None:
        try:
            self._socket = socket.create_connection(self._address, CONNECT_SECONDS)
        except OSError as error:
            raise ConnectionBroken(f"no agent at {self._address[0]}:{self._address[1]}: {error}", 0) from error
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _check_peer(self) -> None:
        """Raises when the agent has closed: what is written now would be lost."""
        assert self._socket is not None
        with contextlib.suppress(BlockingIOError):
            if not self._socket.recv(4096):
                raise BrokenPipeError("the agent closed the connection")

    def _write(self) -> None:
        assert self._socket is not None
        with contextlib.suppress(BlockingIOError):
            while self._rest:
                self._rest = self._rest[self._socket.send(self._rest) :]

    def _broken(self, error: OSError, fresh: int = 0) -> ConnectionBroken:
        """``fresh`` bytes were not taken yet: whoever offered them still has them."""
        unread = None
        if not isinstance(error, ConnectionResetError):
            with contextlib.suppress(OSError):
                unread = max(0, len(self._rest) + self._unacknowledged() - fresh)
        self.close()
        return ConnectionBroken(str(error), unread)

    def _unacknowledged(self) -> int:
        assert self._socket is not None
        count: int = struct.unpack("i", fcntl.ioctl(self._socket, termios.TIOCOUTQ, b"\0" * 4))[0]
        return count

    def _forget(self) -> None:
        while self._recent and self._recent[0][0] < time.monotonic() - DOUBTFUL_SECONDS:
            self._recent.popleft()

    def _doubtful(self) -> int:
        self._forget()
        with contextlib.suppress(OSError):
            return max(sum(size for _, size in self._recent), len(self._rest) + self._unacknowledged())
        return sum(size for _, size in self._recent)
