"""A monitor through the life of its process: fork, SIGTERM, exit."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import weakref
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusionwatch.monitor import GenerationMonitor

_monitors: weakref.WeakSet[GenerationMonitor] = weakref.WeakSet()


def follow(monitor: GenerationMonitor) -> None:
    """Flushes the monitor when the process ends, and gives each forked child a fresh one."""
    _monitors.add(monitor)
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        # Whoever handles SIGTERM leaves by itself, and then atexit serves.
        signal.signal(signal.SIGTERM, _terminated)


def _terminated(number: int, frame: FrameType | None) -> None:
    for monitor in list(_monitors):
        monitor._interrupt()
    # By another thread: this one may have been interrupted while it held a lock that closing needs.
    closing = threading.Thread(target=_close_all, daemon=True)
    closing.start()
    closing.join(max((monitor.settings.close_seconds for monitor in _monitors), default=0) + 0.5)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@atexit.register
def _close_all() -> None:
    for monitor in list(_monitors):
        if monitor._started:
            monitor._end()


def follow_child(monitor: GenerationMonitor) -> None:
    """Flushes at the end of a child of multiprocessing, which runs no atexit functions but finalizers of its own."""
    if (util := sys.modules.get("multiprocessing.util")) is not None:
        util.Finalize(None, monitor._end, exitpriority=100)


def _forked() -> None:
    for monitor in list(_monitors):
        monitor._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
