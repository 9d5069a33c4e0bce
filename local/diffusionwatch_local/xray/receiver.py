"""Where the X-Ray daemon listens: UDP on loopback, a header line, then a segment document.

Source: "Sending segment documents to the X-Ray daemon" (X-Ray developer guide).
"""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import threading

from .traces import SegmentError, TraceStore

LOOPBACK = "127.0.0.1"
PORT = 2000
DATAGRAM_BYTES = 65_535
RECEIVE_BUFFER_BYTES = 4 << 20
"""Asked of the kernel: a burst waits there while Python is busy."""


class AddressInUse(OSError):  # noqa: N818 - the name is the message
    """Somebody listens there."""

    def __init__(self, address: str) -> None:
        super().__init__(f"UDP {address} is in use: stop what listens there, or choose another port")


class Receiver:
    """Puts each segment that arrives into ``traces``.

    Args:
        port: 0 takes any free one; ``Receiver.address`` is what goes into ``AWS_XRAY_DAEMON_ADDRESS``.
    """

    def __init__(self, traces: TraceStore, port: int = PORT) -> None:
        self.port = port
        self.ignored = 0
        """Datagrams that were no segment."""
        self._traces = traces
        self._socket: socket.socket | None = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Receives from a background thread.

        Raises:
            AddressInUse: somebody else listens there.
        """
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        try:
            bound.bind((LOOPBACK, self.port))
        except OSError as error:
            bound.close()
            if error.errno == errno.EADDRINUSE:
                raise AddressInUse(self.address) from None
            raise
        self.port = bound.getsockname()[1]
        self._socket = bound
        threading.Thread(target=self._receive, args=(bound,), name="xray-receiver", daemon=True).start()

    def stop(self) -> None:
        held, self._socket = self._socket, None
        if held is not None:
            with contextlib.suppress(OSError):  # wakes the thread; an unconnected socket complains all the same
                held.shutdown(socket.SHUT_RDWR)
            held.close()

    def _receive(self, bound: socket.socket) -> None:
        while self._socket is bound:
            try:
                datagram = bound.recv(DATAGRAM_BYTES)
            except OSError:
                return
            self._take(datagram)

    def _take(self, datagram: bytes) -> None:
        header, _, document = datagram.partition(b"\n")
        try:
            known = json.loads(header) == {"format": "json", "version": 1}
        except ValueError:
            known = False
        if not known or not document:
            self.ignored += 1
            return
        with contextlib.suppress(SegmentError):  # counted by the store
            self._traces.put(document)
