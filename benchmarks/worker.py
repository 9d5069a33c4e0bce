"""What recording one request costs, beside what a worker could use instead.

    python -m benchmarks.worker [--json] [--rounds N]

One request is a latency, two counts and a number of images, with two dimensions and four properties (where a peer can
carry them). Each candidate runs in a process of its own, the candidates in turn, and the receiver in another process.
Times are CPU times, so that a busy machine disturbs them less; shown is the median of the rounds, then the least.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

BATCH = 500

Record = Callable[[int], None]


@dataclass(frozen=True)
class Running:
    """A candidate that was started: how it records, how it sends what is left, and the bytes of one request."""

    record: Record
    finish: Callable[[], object] = lambda: None
    size: Callable[[], float] | None = None


@dataclass(frozen=True)
class Candidate:
    """One way to record a request. ``start`` gets the receiver's port."""

    name: str
    start: Callable[[int], Running]
    requests: int
    caller: float | None = None
    total: float | None = None
    size: float | None = None
    """Targets: microseconds on the caller's thread, on all threads, bytes a request."""


def _diffusionwatch(detail: str) -> Callable[[int], Running]:
    def start(port: int) -> Running:
        from diffusionwatch import GenerationMonitor

        monitor = GenerationMonitor(
            service="image-api",
            environment="bench",
            endpoint=f"tcp://127.0.0.1:{port}",
            detail=detail,
            tracing="off",
            gpu="off",
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


def _aws_embedded_metrics(port: int) -> Running:
    os.environ.update(AWS_EMF_ENVIRONMENT="default", AWS_EMF_AGENT_ENDPOINT=f"tcp://127.0.0.1:{port}")
    from aws_embedded_metrics import metric_scope

    @metric_scope
    def record(number: int, metrics: object) -> None:
        metrics.set_dimensions({"Service": "image-api", "Model": "sdxl"})  # type: ignore[attr-defined]
        metrics.put_metric("GenerationLatency", 2345.678 + number, "Milliseconds")  # type: ignore[attr-defined]
        metrics.put_metric("RequestsCompleted", 1, "Count")  # type: ignore[attr-defined]
        metrics.put_metric("RequestsSlow", 0, "Count")  # type: ignore[attr-defined]
        metrics.put_metric("ImagesGenerated", 1, "Count")  # type: ignore[attr-defined]
        for name, value in (("request_id", "r-1"), ("steps", 30), ("width", 1024), ("height", 1024)):
            metrics.set_property(name, value)  # type: ignore[attr-defined]

    return Running(record)  # type: ignore[arg-type]


def _powertools(port: int) -> Running:
    from aws_lambda_powertools.metrics import Metrics, MetricUnit

    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - it prints its events
    metrics = Metrics(namespace="DiffusionWatch", service="image-api")

    def record(number: int) -> None:
        metrics.add_dimension(name="Model", value="sdxl")
        metrics.add_metric(name="GenerationLatency", unit=MetricUnit.Milliseconds, value=2345.678 + number)
        metrics.add_metric(name="RequestsCompleted", unit=MetricUnit.Count, value=1)
        metrics.add_metric(name="RequestsSlow", unit=MetricUnit.Count, value=0)
        metrics.add_metric(name="ImagesGenerated", unit=MetricUnit.Count, value=1)
        for name, value in (("request_id", "r-1"), ("steps", 30), ("width", 1024), ("height", 1024)):
            metrics.add_metadata(key=name, value=value)
        metrics.flush_metrics()

    return Running(record)


def _opentelemetry(port: int) -> Running:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("bench")
    latency = meter.create_histogram("GenerationLatency")
    counts = [meter.create_counter(name) for name in ("RequestsCompleted", "RequestsSlow", "ImagesGenerated")]
    attributes = {"Service": "image-api", "Model": "sdxl"}

    def record(number: int) -> None:
        latency.record(2345.678 + number, attributes)
        for count in counts:
            count.add(1, attributes)

    return Running(record, reader.get_metrics_data)


def _prometheus(port: int) -> Running:
    from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

    registry = CollectorRegistry()
    labels = ["service", "model"]
    latency = Histogram("generation_latency", "-", labels, registry=registry)
    counts = [Counter(name, "-", labels, registry=registry) for name in ("completed", "slow", "images")]

    def record(number: int) -> None:
        latency.labels("image-api", "sdxl").observe(2345.678 + number)
        for count in counts:
            count.labels("image-api", "sdxl").inc()

    return Running(record, lambda: generate_latest(registry))


def _bare_deque(port: int) -> Running:
    queue: deque[tuple[object, ...]] = deque(maxlen=100_000)

    def record(number: int) -> None:
        queue.append((number, 2345.678, 1, 0, 1, "sdxl", "r-1", 30, 1024, 1024))

    return Running(record)


def _bare_pipeline(port: int) -> Running:
    """The least that one event a request can cost: a deque, a thread, orjson, a socket. No safety of any kind."""
    import orjson

    queue: deque[tuple[object, ...]] = deque()
    connection = socket.create_connection(("127.0.0.1", port))
    names = ("GenerationLatency", "RequestsCompleted", "RequestsSlow", "ImagesGenerated")
    directive = {
        "Namespace": "DiffusionWatch",
        "Dimensions": [["Environment", "Service"], ["Environment", "Service", "Model"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in names],
    }
    ended = threading.Event()

    def send() -> None:
        lines = []
        for _ in range(len(queue)):
            time_ms, latency, completed, slow, images, model, request_id, steps, width, height = queue.popleft()
            event = {
                "_aws": {"Timestamp": time_ms, "LogGroupName": "/group", "CloudWatchMetrics": [directive]},
                "Environment": "bench",
                "Service": "image-api",
                "Model": model,
                **dict(zip(names, (latency, completed, slow, images), strict=True)),
                "request_id": request_id,
                "steps": steps,
                "width": width,
                "height": height,
            }
            lines.append(orjson.dumps(event))
        connection.sendall(b"\n".join([*lines, b""]))

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

    return Running(record, finish)


CANDIDATES = (
    Candidate("diffusionwatch, an event a request", _diffusionwatch("requests"), 20_000, caller=1.0, total=6.0),
    Candidate("diffusionwatch, aggregated", _diffusionwatch("aggregate"), 20_000, caller=1.0, total=1.5, size=30),
    Candidate("aws-embedded-metrics", _aws_embedded_metrics, 2_000),
    Candidate("aws-lambda-powertools", _powertools, 2_000),
    Candidate("OpenTelemetry histogram and counters", _opentelemetry, 5_000),
    Candidate("prometheus_client", _prometheus, 20_000),
    Candidate("bare pipeline (deque, orjson, socket)", _bare_pipeline, 20_000),
    Candidate("bare deque.append", _bare_deque, 20_000),
)


def measure(candidate: Candidate, port: int) -> dict[str, float | None]:
    """Microseconds on the caller's thread and on all threads, and bytes, for one request."""
    running = candidate.start(port)
    record = running.record
    for number in range(BATCH):
        record(number)
    time.sleep(0.3)
    batches = []
    before = time.process_time_ns()
    for start in range(0, candidate.requests, BATCH):
        begin = time.thread_time_ns()
        for number in range(start, start + BATCH):
            record(number)
        batches.append((time.thread_time_ns() - begin) / BATCH / 1000)
        time.sleep(0.005)  # nobody serves without a pause; the background thread has its turn
    running.finish()
    total = (time.process_time_ns() - before) / candidate.requests / 1000
    return {
        "caller_us": statistics.median(batches),
        "total_us": total,
        "bytes": running.size() if running.size is not None else None,
    }


@contextlib.contextmanager
def receiver() -> Iterator[int]:
    """A process that reads and forgets whatever is sent to the port that it gives."""
    code = (
        "import asyncio, sys\n"
        "async def forget(reader, writer):\n"
        "    while await reader.read(1 << 20): pass\n"
        "async def main():\n"
        "    server = await asyncio.start_server(forget, '127.0.0.1', 0)\n"
        "    print(server.sockets[0].getsockname()[1], flush=True)\n"
        "    await server.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def longest_calls(requests: int = 20_000) -> dict[str, float]:
    """Wall time of calls while the agent never reads, in microseconds: the 99.9th percentile, and the longest.

    The longest call of a bare append stands beside it: for that long this machine lets nobody run.
    """
    with socket.create_server(("127.0.0.1", 0)) as stalled:
        record = _diffusionwatch("requests")(stalled.getsockname()[1]).record
        ours = _calls(record, requests)
    bare = _calls(_bare_deque(0).record, requests)
    return {"stalled_p999_us": ours[int(requests * 0.999)], "stalled_longest_us": ours[-1], "bare_longest_us": bare[-1]}


def _calls(record: Record, requests: int) -> list[float]:
    taken = []
    for number in range(requests):
        begin = time.perf_counter_ns()
        record(number)
        taken.append((time.perf_counter_ns() - begin) / 1000)
        if number % 100 == 0:
            time.sleep(0.001)
    return sorted(taken)


def import_ms() -> float:
    """Milliseconds that ``import diffusionwatch`` adds to an interpreter that has started."""
    code = "import time; t = time.perf_counter(); import diffusionwatch; print((time.perf_counter() - t) * 1000)"
    return statistics.median(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(7))


def _child(name: str, port: int) -> None:
    output = os.fdopen(os.dup(1), "w")
    found = longest_calls() if name == "stalled" else measure(CANDIDATES[int(name)], port)
    json.dump(found, output)
    output.close()
    os._exit(0)


def run(rounds: int) -> dict[str, object]:
    """All candidates in turn, ``rounds`` times; medians."""
    found: dict[str, list[dict[str, float | None]]] = {candidate.name: [] for candidate in CANDIDATES}
    with receiver() as port:

        def child(name: str) -> dict[str, float | None]:
            arguments = [sys.executable, __file__, "--child", name, "--port", str(port)]
            answer = subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout
            return json.loads(answer)  # type: ignore[no-any-return]

        for _ in range(rounds):
            for index, candidate in enumerate(CANDIDATES):
                found[candidate.name].append(child(str(index)))
        stalled = child("stalled")
    rows = []
    for candidate in CANDIDATES:
        row: dict[str, object] = {"name": candidate.name}
        for key, target in (("caller_us", candidate.caller), ("total_us", candidate.total), ("bytes", candidate.size)):
            values = [value for one in found[candidate.name] if (value := one[key]) is not None]
            row[key] = round(statistics.median(values), 3) if values else None
            row[f"{key}_least"] = round(min(values), 3) if values else None
            row[f"{key}_target"] = target
        rows.append(row)
    return {"rows": rows, **{k: round(v or 0, 1) for k, v in stalled.items()}, "import_ms": round(import_ms(), 1)}


def table(result: dict[str, object]) -> str:
    lines = [f"{'µs of CPU a request':40} {'caller':>22} {'all threads':>22} {'bytes':>14}"]
    for row in result["rows"]:  # type: ignore[attr-defined]
        cells = []
        for key, width in (("caller_us", 22), ("total_us", 22), ("bytes", 14)):
            value, target = row[key], row[f"{key}_target"]
            text = (
                ""
                if value is None
                else f"{value:.0f}"
                if key == "bytes"
                else f"{value:.2f} / {row[key + '_least']:.2f}"
            )
            cells.append(f"{text + (f' (<= {target:g})' if target else ''):>{width}}")
        lines.append(f"{row['name']:40} {' '.join(cells)}")
    lines.append(
        f"\nagent that never reads: 99.9 % of calls within {result['stalled_p999_us']} µs (<= 1000), the longest "
        f"{result['stalled_longest_us']} µs; the longest bare append {result['bare_longest_us']} µs\n"
        f"import diffusionwatch: {result['import_ms']} ms (<= 50)"
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=5, help="how often each candidate runs (default: 5)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        _child(given.child, given.port)
    result = run(given.rounds)
    print(json.dumps(result) if given.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
