"""The least that recording can cost, with no safety of any kind."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable

import orjson

from benchmarks.recording import Running

NAMES = ("GenerationLatency", "RequestsCompleted", "RequestsSlow", "ImagesGenerated")
DIRECTIVE = {
    "Namespace": "DiffusionWatch",
    "Dimensions": [["Environment", "Service"], ["Environment", "Service", "Model"]],
    "Metrics": [{"Name": name, "Unit": "Count"} for name in NAMES],
}

Encode = Callable[["deque[tuple[object, ...]]"], "tuple[int, list[bytes]]"]
"""Empties the queue: how many records there were, and the lines that they became."""


def _pipeline(encode: Encode) -> Callable[[int], Running]:
    """A deque, a thread, ``encode``, a socket."""

    def start(port: int) -> Running:
        queue: deque[tuple[object, ...]] = deque()
        connection = socket.create_connection(("127.0.0.1", port))
        ended = threading.Event()
        recorded = sent = 0

        def send() -> None:
            nonlocal recorded, sent
            count, lines = encode(queue)
            data = b"\n".join([*lines, b""])
            recorded += count
            sent += len(data)
            connection.sendall(data)

        def run() -> None:
            while not ended.wait(0.05):
                send()

        thread = threading.Thread(target=run)
        thread.start()

        def record(number: int) -> None:
            queue.append((number, 2345.678 + number, 1, 0, 1, "sdxl", "r-1", 30, 1024, 1024))

        def finish() -> None:
            ended.set()
            thread.join()
            send()

        return Running(record, finish, lambda: sent / recorded)

    return start


def _events(queue: deque[tuple[object, ...]]) -> tuple[int, list[bytes]]:
    """One event a request."""
    lines = []
    count = len(queue)
    for _ in range(count):
        time_ms, latency, completed, slow, images, model, request_id, steps, width, height = queue.popleft()
        event = {
            "_aws": {"Timestamp": time_ms, "LogGroupName": "/group", "CloudWatchMetrics": [DIRECTIVE]},
            "Environment": "bench",
            "Service": "image-api",
            "Model": model,
            **dict(zip(NAMES, (latency, completed, slow, images), strict=True)),
            "request_id": request_id,
            "steps": steps,
            "width": width,
            "height": height,
        }
        lines.append(orjson.dumps(event))
    return count, lines


def _arrays(queue: deque[tuple[object, ...]]) -> tuple[int, list[bytes]]:
    """An array of at most 100 values for each metric of a model."""
    by_model: dict[object, tuple[list[object], ...]] = {}
    count = len(queue)
    for _ in range(count):
        _, latency, completed, slow, images, model, *_ = queue.popleft()
        if model not in by_model:
            by_model[model] = ([], [], [], [])
        arrays = by_model[model]
        arrays[0].append(latency)
        arrays[1].append(completed)
        arrays[2].append(slow)
        arrays[3].append(images)
    lines = []
    for model, arrays in by_model.items():
        for first in range(0, len(arrays[0]), 100):
            event = {
                "_aws": {"Timestamp": 0, "LogGroupName": "/group", "CloudWatchMetrics": [DIRECTIVE]},
                "Environment": "bench",
                "Service": "image-api",
                "Model": model,
                **{name: values[first : first + 100] for name, values in zip(NAMES, arrays, strict=True)},
            }
            lines.append(orjson.dumps(event))
    return count, lines


def beside(port: int) -> Running:
    """``append`` beside a thread that encodes, and that wakes and lets go of the interpreter as ours does."""
    queue: deque[tuple[object, ...]] = deque()
    wake = threading.Event()

    def run() -> None:
        taken: deque[tuple[object, ...]] = deque()
        while wake.wait():
            wake.clear()
            while queue:
                taken.extend(queue.popleft() for _ in range(min(len(queue), 100)))
                _events(taken)
                time.sleep(0.00005)

    def record(number: int) -> None:
        queue.append((number, 2345.678, 1, 0, 1, "sdxl", "r-1", 30, 1024, 1024))
        if len(queue) > 250 and not wake.is_set():
            wake.set()

    threading.Thread(target=run, daemon=True).start()
    return Running(record)


def append(port: int) -> Running:
    queue: deque[tuple[object, ...]] = deque(maxlen=1000)  # in memory that is used again, as a pipeline's is

    def record(number: int) -> None:
        queue.append((number, 2345.678, 1, 0, 1, "sdxl", "r-1", 30, 1024, 1024))

    return Running(record)


events = _pipeline(_events)
arrays = _pipeline(_arrays)
