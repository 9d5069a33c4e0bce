"""What recording one request costs, beside what a worker could use instead.

    python -m benchmarks.worker [--json] [--rounds N]

Each candidate runs in a process of its own, the candidates in turn, and the receiver in another process. Times are CPU
times, so that a busy machine disturbs them less; shown is the median of the rounds, then the least. A busy machine
slows everybody down, so ours also stand as multiples of the bare way to do the same in the same round.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.recording import BATCH, Record, Running, bare, peers
from benchmarks.recording.ours import diffusionwatch


@dataclass(frozen=True)
class Candidate:
    """One way to record a request. ``start`` gets the receiver's port."""

    name: str
    start: Callable[[int], Running]
    requests: int
    targets: dict[str, float] = field(default_factory=dict)
    """At most so many microseconds on the caller's thread and on all threads, and bytes, for a request."""


CANDIDATES = (
    Candidate(
        "diffusionwatch, an event a request",
        diffusionwatch("requests"),
        20_000,
        {"caller_us": 1, "total_us": 6},
    ),
    Candidate("bare pipeline (deque, orjson, socket)", bare.events, 20_000),
    Candidate(
        "diffusionwatch, aggregated",
        diffusionwatch("aggregate"),
        20_000,
        {"caller_us": 1, "total_us": 1.5, "bytes": 30},
    ),
    Candidate("bare pipeline, aggregated", bare.arrays, 20_000),
    Candidate("bare deque.append", bare.append, 20_000),
    Candidate("aws-embedded-metrics", peers.aws_embedded_metrics, 2_000),
    Candidate("aws-lambda-powertools", peers.powertools, 2_000),
    Candidate("OpenTelemetry histogram and counters", peers.opentelemetry, 5_000),
    Candidate("prometheus_client", peers.prometheus, 20_000),
)
EVENTS, BARE_EVENTS, ARRAYS, BARE_ARRAYS = (candidate.name for candidate in CANDIDATES[:4])

MULTIPLES = (
    (EVENTS, "caller_us", BARE_EVENTS, 1.0 / 0.15),
    (EVENTS, "total_us", BARE_EVENTS, 6.0 / 4.2),
    (ARRAYS, "total_us", BARE_ARRAYS, 1.5 / 1.1),
)
"""What is compared with which bare way, and the target: both as they were on a quiet machine."""


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
    """Wall time of calls, in microseconds: the 99.9th percentile, and the longest.

    Beside an agent that never reads until the buffer has been full for a while, and beside the same agent when it comes
    back and all of that is sent. A bare append beside a thread that encodes, and with nobody beside, is what Python and
    the machine cost without diffusionwatch.
    """
    taken = {"beside": _calls(bare.beside(0).record, requests), "alone": _calls(bare.append(0).record, requests)}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = diffusionwatch("requests", buffer_bytes=requests * 500)(listener.getsockname()[1])
        taken["stalled"] = _calls(ours.record, 2 * requests)
        with _reading(listener):
            taken["returned"] = _calls(ours.record, requests)
    found = {}
    for name, calls in taken.items():
        found[f"{name}_p999_us"] = calls[int(len(calls) * 0.999)]
        found[f"{name}_longest_us"] = calls[-1]
    return found


@contextlib.contextmanager
def _reading(listener: socket.socket) -> Iterator[None]:
    """A process that accepts whoever waits at the listener, and reads."""
    code = (
        "import socket\n"
        f"connection, _ = socket.socket(fileno={listener.fileno()}).accept()\n"
        "while connection.recv(1 << 20): pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], pass_fds=[listener.fileno()])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _calls(record: Record, requests: int) -> list[float]:
    """Left out are those amid which the system gave the processor to somebody else; waits for our own threads count."""
    taken = []
    for number in range(requests):
        preempted = resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw
        begin = time.perf_counter_ns()
        record(number)
        end = time.perf_counter_ns()
        if resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw == preempted:
            taken.append((end - begin) / 1000)
        if number % 100 == 0:
            time.sleep(0.001)
    return sorted(taken)


def import_ms() -> float:
    """Milliseconds of CPU that ``import diffusionwatch`` adds to an interpreter that has started, its files compiled
    as pip leaves them."""
    code = "import time; t = time.process_time(); import diffusionwatch; print((time.process_time() - t) * 1000)"
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-c", code]
        subprocess.check_output(command, env=environment)
        return statistics.median(float(subprocess.check_output(command, env=environment)) for _ in range(7))


def growth(port: int, requests: int = 1_000_000) -> dict[str, float]:
    """Bytes by which the process grew while it recorded a million requests: traced allocations, and resident memory.

    Measured from a tenth of them on: by then everything that is made once has been made.
    """
    running = diffusionwatch("aggregate")(port)
    found = []
    tracemalloc.start()
    for number in range(requests + requests // 10):
        running.record(number)
        if number % BATCH == 0:
            time.sleep(0.001)
        if number + 1 in (requests // 10, requests + requests // 10):
            running.finish()
            gc.collect()
            found.append((tracemalloc.get_traced_memory()[0], _resident()))
    (traced, resident), (traced_end, resident_end) = found
    return {"grown_bytes": traced_end - traced, "grown_resident_bytes": resident_end - resident}


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _child(name: str, port: int) -> None:
    output = os.fdopen(os.dup(1), "w")
    found: Mapping[str, object]
    if name == "stalled":
        found = longest_calls()
    elif name == "growth":
        found = growth(port)
    else:
        found = measure(CANDIDATES[int(name)], port)
    json.dump(found, output)
    output.close()
    os._exit(0)


def run(rounds: int) -> dict[str, Any]:
    """All candidates in turn, ``rounds`` times."""
    load = os.getloadavg()[0]
    found: dict[str, list[dict[str, float | None]]] = {candidate.name: [] for candidate in CANDIDATES}
    with receiver() as port:

        def child(name: str) -> dict[str, float | None]:
            arguments = [sys.executable, "-m", "benchmarks.worker", "--child", name, "--port", str(port)]
            answer = subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout
            return json.loads(answer)  # type: ignore[no-any-return]

        for _ in range(rounds):
            for index, candidate in enumerate(CANDIDATES):
                found[candidate.name].append(child(str(index)))
        calls = [child("stalled") for _ in range(max(rounds, 5))]  # a longest one is chance: the median of several
        longest = {name: statistics.median(one[name] or 0 for one in calls) for name in calls[0]}
        others = {**longest, **child("growth"), "import_ms": import_ms()}
    rows = [_row(candidate, found[candidate.name]) for candidate in CANDIDATES]
    multiples = [_multiple(*one, found=found) for one in MULTIPLES]
    figures = {name: round(value or 0, 1) for name, value in others.items()}
    return {"load": round(load, 1), "rows": rows, "multiples": multiples, **figures}


def _row(candidate: Candidate, found: list[dict[str, float | None]]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": candidate.name}
    for key in ("caller_us", "total_us", "bytes"):
        values = [value for one in found if (value := one[key]) is not None]
        row[key] = round(statistics.median(values), 3) if values else None
        row[f"{key}_least"] = round(min(values), 3) if values else None
        row[f"{key}_target"] = candidate.targets.get(key)
    return row


def _multiple(
    name: str, key: str, other: str, target: float, *, found: dict[str, list[dict[str, float | None]]]
) -> dict[str, Any]:
    ratios = [(one[key] or 0) / (two[key] or 1) for one, two in zip(found[name], found[other], strict=True)]
    times = round(statistics.median(ratios), 2)
    return {"name": name, "key": key, "of": other, "times": times, "target": round(target, 2)}


def table(result: dict[str, Any]) -> str:
    lines = [f"{'µs of CPU a request':40} {'caller':>22} {'all threads':>22} {'bytes':>14}"]
    for row in result["rows"]:
        cells = []
        for key, width in (("caller_us", 22), ("total_us", 22), ("bytes", 14)):
            value, target = row[key], row[f"{key}_target"]
            if value is None:
                text = ""
            elif key == "bytes":
                text = f"{value:.0f}"
            else:
                text = f"{value:.2f} / {row[key + '_least']:.2f}"
            cells.append(f"{text + (f' (<= {target:g})' if target else ''):>{width}}")
        lines.append(f"{row['name']:40} {' '.join(cells)}")
    lines += [
        "",
        *(
            f"{one['name']}, {'caller' if one['key'] == 'caller_us' else 'all threads'}: "
            f"{one['times']} times the {one['of']} (<= {one['target']})"
            for one in result["multiples"]
        ),
        f"agent that never reads, buffer full: 99.9 % of calls within {result['stalled_p999_us']} µs, the longest "
        f"{result['stalled_longest_us']} µs (<= 1000)",
        f"it comes back, and all is sent: {result['returned_p999_us']} and {result['returned_longest_us']} µs "
        "(<= 1000)",
        f"bare append beside a thread that encodes: {result['beside_p999_us']} and {result['beside_longest_us']} µs; "
        f"with nobody beside: {result['alone_p999_us']} and {result['alone_longest_us']} µs",
        f"1,000,000 requests: allocations grew by {result['grown_bytes'] / 1024:.0f} KiB, resident memory by "
        f"{result['grown_resident_bytes'] / 1024:.0f} KiB",
        f"import diffusionwatch: {result['import_ms']} ms of CPU (<= 50)",
        f"load of the machine at the beginning: {result['load']} on {os.cpu_count()} cores",
    ]
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
