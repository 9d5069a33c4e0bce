"""One demo at a time: two would share the agent's ports, and each would find the other's telemetry."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from diffusionwatch_local.demo.refusal import Refusal


def default_path() -> Path:
    """Where the lock is kept: with the user's state (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "diffusionwatch" / "demo.lock"


@contextlib.contextmanager
def only_one(path: Path | None = None) -> Iterator[None]:
    """Holds the lock; Refusal when another process does. The system frees it when the process ends, however it ends."""
    path = path or default_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refusal(
                f"another demo is running (process {file.read().strip() or 'unknown'}): end it with Ctrl-C first"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
