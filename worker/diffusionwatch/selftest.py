"""``python -m diffusionwatch.selftest``: sends one generation to an agent in this process, and shows what arrived.

Needs the base install alone and opens nothing beyond 127.0.0.1. Exit status 0 when the event arrived and is valid, 1
otherwise.
"""

from __future__ import annotations

import json
import socket
import statistics
import sys
import threading
import time

from diffusionwatch.conformance import problems
from diffusionwatch.monitor import GenerationMonitor
from diffusionwatch.testing import MemorySink

SECONDS = 5.0
"""Longer than this, and something is wrong that waiting will not mend."""


def main() -> int:
    with socket.create_server(("127.0.0.1", 0)) as agent:
        lines: list[bytes] = []
        threading.Thread(target=_serve, args=(agent, lines), daemon=True).start()
        monitor = GenerationMonitor(
            service="selftest",
            environment="local",
            endpoint=f"tcp://127.0.0.1:{agent.getsockname()[1]}",
            tracing="off",
            gpu="off",
        )
        with monitor.generation("sdxl", "selftest-1", steps=4, width=512, height=512) as generation:
            with generation.stage("denoise"):
                for step in range(4):
                    time.sleep(0.002)
                    generation.on_step_end(None, step, None, {})
            generation.images = 1
        counts = monitor.close(SECONDS)
    event = next((line for line in lines if b"selftest-1" in line), None)
    if event is None:
        print(f"nothing arrived within {SECONDS:.0f} s; the worker's own account: {counts}", file=sys.stderr)
        return 1
    if found := problems(event, now_ms=time.time_ns() // 1_000_000):
        print("the event is not valid: " + "; ".join(found), file=sys.stderr)
        return 1
    print(json.dumps(json.loads(event), indent=2))
    print(f"\nvalid, {len(event)} bytes; recorded {counts.recorded}, sent {counts.sent}, dropped {counts.dropped}")
    print(f"recording one request costs {cost_of_recording():.2f} µs on the calling thread (median)")
    return 0


def cost_of_recording(rounds: int = 200, size: int = 100) -> float:
    """Microseconds that recording one request takes from its caller, without anything else running."""
    monitor = GenerationMonitor(service="selftest", environment="local", tracing="off", sink=MemorySink(), start=False)
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter_ns()
        for _ in range(size):
            with monitor.generation(model="sdxl", request_id="r", steps=30, width=1024, height=1024) as generation:
                generation.images = 1
        taken.append((time.perf_counter_ns() - begin) / size / 1000)
        monitor._queue.clear()
    return statistics.median(taken)


def _serve(agent: socket.socket, lines: list[bytes]) -> None:
    connection, _ = agent.accept()
    with connection, connection.makefile("rb") as stream:
        lines.extend(line.rstrip(b"\n") for line in stream)


if __name__ == "__main__":
    sys.exit(main())
