"""Child processes that end with us: each has a process group of its own, known by its id.

>>> import sys
>>> processes = Processes()
>>> child = processes.start([sys.executable, "-c", "import time; time.sleep(60)"])
>>> processes.stop()
>>> child.poll() is not None
True
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

GRACE = 2.5  # wall seconds from SIGTERM to SIGKILL: a worker finishes its job, and Ctrl-C promises five in all
POLL = 0.02


def signal_group(child: subprocess.Popen[str], number: int) -> None:
    """Signals the child's whole group; a group that has ended is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def interruptible() -> None:
    """SIGTERM ends the program as Ctrl-C does; and Ctrl-C does so too where a shell started it with that ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def ignore_signals() -> None:
    """From now on Ctrl-C and SIGTERM do nothing: the program is ending, and a second one would leave half of it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


class Processes:
    """Everything that was started here, and one way to end it all."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()
        self._closed = False

    def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stderr: IO[Any] | int | None = None,
    ) -> subprocess.Popen[str]:
        """Starts a command in a group of its own, so that the terminal's Ctrl-C reaches only us and we end it in order.

        Raises RuntimeError once ``stop`` was called: nothing may start while everything ends.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the processes are being stopped")
            child = subprocess.Popen(
                list(command),
                env=None if environment is None else dict(environment),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
            self._children.append(child)
            return child

    def stop(self) -> None:
        """Ends every child that still runs: SIGTERM to its group, and SIGKILL after ``GRACE`` seconds."""
        with self._lock:
            self._closed = True
            children = list(self._children)
        end(children)


def end(children: Iterable[subprocess.Popen[str]]) -> None:
    """Ends these children and whatever they started.

    One that had ended before is left alone: its id may be another's by now.
    """
    running = [child for child in children if child.poll() is None]
    for child in running:
        signal_group(child, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while time.monotonic() < until and any(child.poll() is None for child in running):
        time.sleep(POLL)
    for child in running:
        signal_group(child, signal.SIGKILL)  # also where only a grandchild still holds the group
        child.wait()
