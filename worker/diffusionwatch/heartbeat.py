"""Signs of life: what a worker sends without any request."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from diffusionwatch.ledger import Ledger
from diffusionwatch.records import Event


class Heartbeat:
    """One event in each minute of the clock, for as long as the process lives.

    >>> heartbeat, ledger = Heartbeat(), Ledger()
    >>> [bool(heartbeat.beat(second * 1_000_000_000, 0, ledger, dict)) for second in (30, 59, 60, 61, 300)]
    [True, False, True, False, True]
    """

    def __init__(self) -> None:
        self._minute = -1
        self._dropped: float = 0
        self._version = _version()

    def beat(
        self,
        now_ns: int,
        oldest_ns: int,
        ledger: Ledger,
        state: Callable[[], dict[str, Any]],
        figures: Callable[[], Mapping[str, float]] = dict,
    ) -> Event | None:
        """The event of this minute, unless it was given already. ``oldest_ns`` is the age of the oldest request in
        work, 0 when there is none; ``state`` gives the event's properties, ``figures`` further metrics.

        A minute that was missed stays missed: a process that stood still did not live.
        """
        minute = now_ns // 60_000_000_000
        if minute == self._minute:
            return None
        self._minute = minute
        dropped = ledger.given_up
        metrics: dict[str, float | list[float]] = {"WorkerHeartbeat": 1, "TelemetryDropped": dropped - self._dropped}
        self._dropped = dropped
        if oldest_ns:
            metrics["InFlightRequestAge"] = oldest_ns // 1000 / 1000
        metrics.update(figures())
        return Event(now_ns // 1_000_000, metrics, properties={**state(), "diffusionwatch_version": self._version})


@functools.cache
def _version() -> str | None:
    """What this worker runs, so that somebody who compares can tell; nothing where it runs from a folder.

    Imported by whoever makes the monitor, not by its thread: a child that is forked while a thread imports could never
    import that. Not imported with this package, since it takes longer to import than all of it.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("diffusionwatch")
    except PackageNotFoundError:
        return None
