"""A threaded HTTP/1.1 server on 127.0.0.1, and nowhere else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

LOOPBACK = "127.0.0.1"


class PortInUse(OSError):  # noqa: N818 - a plain fact
    """Somebody else listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {LOOPBACK} is in use; choose another, or 0 for any free one")
        self.port = port


class _Handler(MotoRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Silent: the embedded AWS shares its terminal with the person who started it."""

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True


class _Server(ThreadedWSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def log(self, *_: Any) -> None:
        """Silent, as above."""


class Listener:
    """Serves ``application`` until stopped.

    Args:
        port: 0 takes any free one; ``Listener.port`` tells which.

    Raises:
        PortInUse: somebody listens there.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]], port: int = 0) -> None:
        # werkzeug ends the process on a used port; a socket bound here lets the caller decide.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
        except OSError:
            self._socket.close()
            raise PortInUse(port) from None
        self._socket.listen(128)
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(LOOPBACK, self.port, application, handler=_Handler, fd=self._socket.fileno())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="embedded-aws", daemon=True
        )

    def start(self) -> None:
        """Serves from a background thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops listening; requests in work are abandoned."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._socket.close()
