"""One clock, passed in everywhere.

Production uses the system's; the demo runs it 60 times faster than the wall; tests step it by hand.

>>> clock = ManualClock(start=1_767_571_200.0)
>>> clock.advance(90)
>>> clock.time() - 1_767_571_200.0
90.0
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """What time it is, in which steps it runs, and how to wait for it.

    ``time_ns`` and ``monotonic_ns`` are attributes, not methods, so that the system clock costs nothing on a
    recording thread.
    """

    time_ns: Callable[[], int]
    """Nanoseconds since the epoch."""
    monotonic_ns: Callable[[], int]
    """Nanoseconds from some fixed point; never runs backwards."""

    def time(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Returns when ``seconds`` of this clock have passed."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Waits for ``event`` for at most ``seconds`` of this clock; true when the event is set."""


class SystemClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        self.time_ns: Callable[[], int] = time.time_ns
        self.monotonic_ns: Callable[[], int] = time.perf_counter_ns

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds)


class ScaledClock:
    """A clock that runs ``speed`` times as fast as the wall; all processes that share its origins agree on the time.

    ``wall_origin`` is the moment, in wall seconds since the epoch, at which the clock shows ``origin``. Written as
    ``SPEED:WALL_ORIGIN:ORIGIN`` in the environment variable ``DIFFUSIONWATCH_CLOCK``.
    """

    def __init__(self, speed: float, wall_origin: float, origin: float) -> None:
        if speed <= 0:
            raise ValueError(f"a clock's speed is above 0, not {speed}")
        self.speed, self.wall_origin, self.origin = speed, wall_origin, origin
        self.time_ns: Callable[[], int] = self._time_ns
        self.monotonic_ns: Callable[[], int] = self._monotonic_ns

    def _time_ns(self) -> int:
        return int((self.origin + (time.time() - self.wall_origin) * self.speed) * 1e9)

    def _monotonic_ns(self) -> int:
        return int(time.perf_counter_ns() * self.speed)

    def time(self) -> float:
        return self.origin + (time.time() - self.wall_origin) * self.speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds / self.speed)

    def __str__(self) -> str:
        return f"{self.speed!r}:{self.wall_origin!r}:{self.origin!r}"


class ManualClock:
    """A clock that stands still until ``advance`` is called."""

    def __init__(self, start: float = 0.0) -> None:
        self._now_ns = round(start * 1e9)
        self._moved = threading.Condition()
        self.time_ns: Callable[[], int] = lambda: self._now_ns
        self.monotonic_ns: Callable[[], int] = lambda: self._now_ns

    def time(self) -> float:
        return self._now_ns / 1e9

    def advance(self, seconds: float) -> None:
        """Moves the clock forward and wakes everybody who waits for it."""
        with self._moved:
            self._now_ns += round(seconds * 1e9)
            self._moved.notify_all()

    def sleep(self, seconds: float) -> None:
        until = self._now_ns + round(seconds * 1e9)
        with self._moved:
            self._moved.wait_for(lambda: self._now_ns >= until)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        # An event knows nothing of this clock, so it is looked at again every 10 ms of the wall.
        until = self._now_ns + round(seconds * 1e9)
        while self._now_ns < until:
            if event.wait(0.01):
                return True
        return event.is_set()


def clock_from_env(environ: dict[str, str] | os._Environ[str] = os.environ) -> Clock:
    """The clock of ``DIFFUSIONWATCH_CLOCK``, or the system's.

    >>> clock_from_env({"DIFFUSIONWATCH_CLOCK": "60:1767571200:1767571200"}).speed
    60.0
    """
    text = environ.get("DIFFUSIONWATCH_CLOCK", "")
    if not text:
        return SystemClock()
    try:
        speed, wall_origin, origin = (float(part) for part in text.split(":"))
    except ValueError:
        raise ValueError(f"DIFFUSIONWATCH_CLOCK is SPEED:WALL_ORIGIN:ORIGIN, three numbers, not {text!r}") from None
    return ScaledClock(speed, wall_origin, origin)
