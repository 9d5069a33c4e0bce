"""An agent that can be absent, slow, stubborn or brutal, and the rules by which its events are judged."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from diffusionwatch import GenerationMonitor
from diffusionwatch.conformance import problems


class Agent:
    """A listener as the CloudWatch agent's: one JSON object a line. ``port`` survives a restart."""

    def __init__(self) -> None:
        self.port = 0
        self.lines: list[bytes] = []
        self.partial: list[bytes] = []
        self.reading = threading.Event()
        self.reading.set()
        self.connections: list[socket.socket] = []
        self._listener: socket.socket | None = None

    def start(self) -> Agent:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def stop(self, *, brutally: bool = False) -> None:
        """Closes everything; ``brutally`` as a killed process with unread data does, by a reset."""
        assert self._listener is not None
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                if brutally:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.close()
                else:
                    connection.shutdown(socket.SHUT_RDWR)
        self.connections.clear()

    @property
    def endpoint(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def events(self) -> list[dict[str, Any]]:
        """What arrived, each line proven to be an event that CloudWatch takes."""
        lines = list(self.lines)
        assert [found for line in lines if (found := problems(line))] == []
        return [json.loads(line) for line in lines]

    def requests(self) -> Counter[str]:
        """How often each request arrived."""
        return Counter(event["request_id"] for event in self.events() if "request_id" in event)

    def wait_for(self, condition: Callable[[], object], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"not in {seconds} s; {len(self.lines)} lines arrived"
            time.sleep(0.005)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            while True:
                self.reading.wait()
                chunk = connection.recv(65536)
                if not chunk:
                    break
                *lines, data = (data + chunk).split(b"\n")
                self.lines += lines
            connection.close()
        if data:
            self.partial.append(data)


@pytest.fixture
def agent() -> Iterator[Agent]:
    agent = Agent().start()
    yield agent
    agent.reading.set()
    with contextlib.suppress(OSError):
        agent.stop()


@pytest.fixture
def absent_agent() -> Agent:
    """Its port is known, but nobody listens yet."""
    agent = Agent().start()
    agent.stop()
    return agent


@pytest.fixture
def monitor_for() -> Iterator[Callable[..., GenerationMonitor]]:
    """Makes monitors that publish every 20 ms, and closes them."""
    made: list[GenerationMonitor] = []

    def make(agent: Agent | None = None, **given: Any) -> GenerationMonitor:
        if agent is not None:
            given.setdefault("endpoint", agent.endpoint)
        defaults = {"service": "image-api", "environment": "test", "tracing": "off", "flush_seconds": 0.02}
        made.append(GenerationMonitor(**{**defaults, **given}))
        return made[-1]

    yield make
    for monitor in made:
        monitor.close(0.05)


def record(monitor: GenerationMonitor, numbers: range, pause: float = 0) -> None:
    """One completed request for each number."""
    for number in numbers:
        with monitor.generation("sdxl", str(number)) as generation:
            generation.images = 1
        if pause:
            time.sleep(pause)


@pytest.fixture(name="record")
def _record() -> Callable[..., None]:
    return record
