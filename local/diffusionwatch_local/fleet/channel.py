"""How the demo talks with its processes: JSON lines, down their standard input and up their standard output.

The end of the input is a message too: the demo is gone, so the process leaves. Nothing stays behind, even when the
demo was killed.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

_speaking = threading.Lock()


def say(**event: Any) -> None:
    """Writes one event to whoever started this process; silent when nobody reads any more."""
    line = json.dumps(event, separators=(",", ":")) + "\n"
    with _speaking:
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except (BrokenPipeError, ValueError):
            pass


def tell(stream: IO[str], command: dict[str, Any]) -> None:
    """Writes one command to a process; one that has ended hears nothing, and that is no error here."""
    try:
        stream.write(json.dumps(command) + "\n")
        stream.flush()
    except (BrokenPipeError, ValueError):
        pass


def listen(stream: IO[str], hear: Callable[[dict[str, Any]], None], ended: Callable[[], None]) -> threading.Thread:
    """Calls ``hear`` with each JSON object of ``stream`` in a thread of its own, and ``ended`` at its end."""

    def run() -> None:
        try:
            for line in stream:
                if line.strip():
                    hear(json.loads(line))
        except ValueError:  # the stream was closed under us, or the other side broke off in mid-line
            pass
        finally:
            ended()

    thread = threading.Thread(target=run, name="channel", daemon=True)
    thread.start()
    return thread
