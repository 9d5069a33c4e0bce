"""Lets the minutes of the common clock pass in everything that does not run by itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from diffusionwatch.clock import Clock

MINUTE = 60.0
log = logging.getLogger(__name__)


class Minutes:
    """Calls each task once a minute, in order, with the minute's time; one that was late is called for each minute
    that it missed. A task that fails is logged and called again at the next.

    >>> from diffusionwatch.clock import ManualClock
    >>> passed = []
    >>> minutes = Minutes(ManualClock(120.0), [passed.append])
    >>> minutes.catch_up(250.0)
    >>> passed
    [180.0, 240.0]
    """

    def __init__(self, clock: Clock, tasks: Sequence[Callable[[float], None]]) -> None:
        self._clock, self._tasks = clock, tuple(tasks)
        self._last = clock.time() // MINUTE * MINUTE
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="minutes", daemon=True)
        self.failures: list[str] = []
        """What went wrong in tasks, newest last; the demo does not pass with any."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(1)

    def catch_up(self, now: float) -> None:
        """Lets every minute pass that has ended by ``now``."""
        while self._last + MINUTE <= now and not self._stopped.is_set():
            self._last += MINUTE
            for task in self._tasks:
                self._call(task, self._last)

    def _call(self, task: Callable[[float], None], minute: float) -> None:
        try:
            task(minute)
        except Exception as error:
            log.exception("a task of the minute failed")
            self.failures.append(f"{getattr(task, '__qualname__', task)}: {error!r}")

    def _run(self) -> None:
        while not self._clock.wait(self._stopped, max(0.0, self._last + MINUTE - self._clock.time())):
            self.catch_up(self._clock.time())
