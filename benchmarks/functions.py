"""Cold start of each function in the local runner: ``python -m benchmarks.functions``.

A cold start is a new process, the import of the handler and the answer to an event that asks AWS nothing. Beside them
stand an empty handler, one that only imports boto3, and one that imports what powertools would bring. The target is a
second.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diffusionwatch_local.functions.process import FunctionProcess

FUNCTIONS = Path(__file__).parent.parent / "lambda"
ROUNDS = 7
TARGET_SECONDS = 1.0
PEERS = {
    "empty handler": "def handler(event, context): pass",
    "import boto3": "import boto3\ndef handler(event, context): pass",
    "boto3 and powertools": (
        "import boto3\nfrom aws_lambda_powertools import Logger, Metrics, Tracer\n"
        "logger, metrics, tracer = Logger(), Metrics(namespace='n', service='s'), Tracer()\n"
        "def handler(event, context): pass"
    ),
}


def packages() -> dict[str, dict[str, str]]:
    """Each function's sources by path in its package."""
    return {
        folder.name: {str(file.relative_to(FUNCTIONS)): file.read_text() for file in folder.rglob("*.py")}
        for folder in sorted(FUNCTIONS.iterdir())
        if (folder / "handler.py").is_file()
    }


def cold_start(files: Mapping[str, str], handler: str) -> float:
    """Seconds from a new process to its first answer."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, source in files.items():
            archive.writestr(name, source)
    environment = {
        "_HANDLER": handler,
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/benchmark",
        "AWS_LAMBDA_LOG_STREAM_NAME": "benchmark",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    begun = time.perf_counter()
    process = FunctionProcess(written.getvalue(), environment)
    try:
        # Settings are not there, so that a handler that needs them ends where its work would begin.
        outcome = process.invoke({"describe": True}, request_id="1", arn="arn", timeout=30)
        taken = time.perf_counter() - begun
    finally:
        process.stop()
    kind = (outcome.error or {}).get("errorType")
    if kind not in (None, "KeyError"):
        raise RuntimeError(f"{handler}: {outcome.error}")
    return taken


def main() -> int:
    """Prints median and worst of each; 1 when a function's median is above the target."""
    measured: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, source in PEERS.items():
            measured.setdefault(name, []).append(_try({"peer.py": source}, "peer.handler"))
        for name, files in packages().items():
            measured.setdefault(f"lambda/{name}", []).append(cold_start(files, f"{name}.handler.handler"))
    print(f"cold start in the local runner, {ROUNDS} each, milliseconds")
    print(f"{'':24}{'median':>8}{'worst':>8}")
    for name, seconds in measured.items():
        median, worst = (f"{1000 * one:.0f}" for one in (statistics.median(seconds), max(seconds)))
        print(f"{name:24}{median:>8}{worst:>8}" if median != "nan" else f"{name:24}{'not installed':>16}")
    ours = [statistics.median(seconds) for name, seconds in measured.items() if name.startswith("lambda/")]
    return int(max(ours) > TARGET_SECONDS)


def _try(files: Mapping[str, str], handler: str) -> Any:
    try:
        return cold_start(files, handler)
    except RuntimeError:
        return float("nan")


if __name__ == "__main__":
    sys.exit(main())
