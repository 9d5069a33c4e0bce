"""The CloudWatch agent over UDP: one event a datagram. What is lost on the way is lost silently; prefer TCP."""

from __future__ import annotations

import contextlib
import encodings.idna  # noqa: F401 - getaddrinfo() would import it on our thread; see GenerationMonitor._watch
import errno
import socket
from collections.abc import Sequence

from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken


class UdpSink:
    """Sends to ``host:port``. An agent that is absent on this host is noticed, and its events are sent again."""

    largest = 60_000  # a datagram holds 65,507 bytes

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def send(self, documents: Sequence[Document]) -> bool:
        if self._socket is None:
            family, kind, protocol, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, kind, protocol)
            self._socket.connect(address)
        for taken, document in enumerate(documents):
            try:
                self._socket.send(document.body)
            except OSError as error:  # noqa: PERF203 - which one it was matters
                if error.errno == errno.EMSGSIZE:
                    raise ConnectionBroken("an event too large for a datagram", 0, taken, refused=True) from error
                raise self._broken(error) from error
        return True

    def outstanding(self) -> int:
        # The answer "port unreachable" to what was sent in the last round shows as the socket's pending error.
        if self._socket is not None and (number := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
            raise self._broken(OSError(number, "no agent there"))
        return 0

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None

    def _broken(self, error: OSError) -> ConnectionBroken:
        self.close()
        return ConnectionBroken(f"no agent at {self._address[0]}:{self._address[1]}/udp: {error}")
