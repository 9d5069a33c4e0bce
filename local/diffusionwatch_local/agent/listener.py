"""Where workers send their events: TCP and UDP on loopback, one JSON document a line or a datagram.

Source: "Using the CloudWatch agent to send embedded metric format logs" (CloudWatch user guide).
"""

from __future__ import annotations

import contextlib
import errno
import socket
import socketserver
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
LINE_BYTES = 1 << 20
"""A longer line closes the connection, as the agent does."""

Sink = Callable[[str], None]


class AddressInUse(OSError):  # noqa: N818 - the name is the message
    """Somebody listens there."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is in use: stop what listens there, or choose another port")


class Listener:
    """Hands each line that arrives to ``sink``, in the order of its connection.

    Args:
        address: ``tcp://host:port`` or ``udp://host:port``. Whatever the host, only loopback is listened on.
        port: listened on in place of the address's; 0 takes any free one.

    >>> lines = []
    >>> listener = Listener("tcp://127.0.0.1:25888", lines.append, port=0)
    >>> listener.start()
    >>> listener.stop()
    """

    def __init__(self, address: str, sink: Sink, *, port: int | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("tcp", "udp") or parts.port is None:
            raise ValueError(f"an EMF address is tcp://host:port or udp://host:port, not {address!r}")
        self.scheme = parts.scheme
        self.port = parts.port if port is None else port
        self._sink = sink
        self._server: _Tcp | _Udp | None = None

    @property
    def address(self) -> str:
        return f"{self.scheme}://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listens from a background thread; does nothing when it does already.

        Raises:
            AddressInUse: somebody else does.
        """
        if self._server is not None:
            return
        try:
            server = (_Tcp if self.scheme == "tcp" else _Udp)((LOOPBACK, self.port), self._sink)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise AddressInUse(self.address) from None
            raise
        self._server = server
        self.port = server.server_address[1]  # kept over a restart: the workers know it
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"agent-{self.scheme}", daemon=True
        ).start()

    def stop(self) -> None:
        """Stops listening and drops every connection, as a dying agent does."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.drop_connections()


class _Connections:
    """The sockets that are open now."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def drop(self) -> None:
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Lines(socketserver.StreamRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        self.server.connections.add(self.request)
        try:
            while line := self.rfile.readline(LINE_BYTES + 1):
                if len(line) > LINE_BYTES or not line.endswith(b"\n"):
                    return  # too long, or broken off: half a document is none
                self.server.sink(line.decode("utf-8", "replace").strip())
        except OSError:
            pass
        finally:
            self.server.connections.discard(self.request)


class _Datagram(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        for line in self.request[0].splitlines():
            self.server.sink(line.decode("utf-8", "replace").strip())


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], sink: Sink) -> None:
        self.sink, self.connections = sink, _Connections()
        super().__init__(address, _Lines)

    def drop_connections(self) -> None:
        self.connections.drop()


class _Udp(socketserver.UDPServer):
    max_packet_size = 65_535

    def __init__(self, address: tuple[str, int], sink: Sink) -> None:
        self.sink = sink
        super().__init__(address, _Datagram)

    def drop_connections(self) -> None:
        """There are none."""
