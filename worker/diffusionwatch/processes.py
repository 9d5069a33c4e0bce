"""A monitor through the life of its process: fork, SIGTERM, exit."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
import weakref
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusionwatch.monitor import GenerationMonitor

GRACE_SECONDS = 1.0
"""Beyond the time that closing may take, for a round that is under way."""

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
    # By other threads: this one may have been interrupted while it held a lock that closing needs.
    closing = [threading.Thread(target=monitor._end, daemon=True) for monitor in list(_monitors) if _has_work(monitor)]
    for thread in closing:
        thread.start()
    until = time.monotonic() + max((monitor.settings.close_seconds for monitor in _monitors), default=0) + GRACE_SECONDS
    for thread in closing:
        thread.join(max(0, until - time.monotonic()))
    if os.getpid() == 1:
        # A container's first process: the kernel ignores what such a one sends itself, and the request in work would
        # go on, although it is told of as interrupted. The status is what a shell says of one that a signal has ended.
        os._exit(128 + number)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@atexit.register
def _close_all() -> None:
    for monitor in list(_monitors):
        if _has_work(monitor):
            monitor._end()


def _has_work(monitor: GenerationMonitor) -> bool:
    """Whether it publishes, or was closed while a request was in work, which has ended since."""
    return monitor._started or monitor._closed_at_work


def follow_child(monitor: GenerationMonitor) -> None:
    """Flushes at the end of a child of multiprocessing, which runs no atexit functions but finalizers of its own."""
    if (util := sys.modules.get("multiprocessing.util")) is not None:
        util.Finalize(None, monitor._end, exitpriority=100)


def _forked() -> None:
    for monitor in list(_monitors):
        monitor._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
