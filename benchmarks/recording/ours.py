"""diffusionwatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.recording import BATCH, Running


def diffusionwatch(detail: str, **settings: Any) -> Callable[[int], Running]:
    def start(port: int) -> Running:
        from diffusionwatch import GenerationMonitor

        monitor = GenerationMonitor(
            service="image-api",
            environment="bench",
            endpoint=f"tcp://127.0.0.1:{port}",
            detail=detail,
            tracing="off",
            gpu="off",
            **settings,
        )

        def record(number: int) -> None:
            with monitor.generation(model="sdxl", request_id="r-1", steps=30, width=1024, height=1024) as generation:
                generation.images = 1

        def finish() -> None:
            assert monitor.flush(60)

        def size() -> float:
            """Measured apart, with latencies of as many digits as real ones have."""
            before = monitor.counts()
            for number in range(BATCH):
                with monitor.generation("sdxl", f"r-{number}", 30, 1024, 1024) as generation:
                    generation._started -= 2_345_678_901 + number * 1_000_003
                    generation.images = 1
            finish()
            counts = monitor.counts()
            assert counts.dropped == 0, counts
            return (counts.bytes_sent - before.bytes_sent) / BATCH

        return Running(record, finish, size)

    return start
