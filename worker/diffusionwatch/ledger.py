"""What became of everything that was recorded: nothing leaves without being counted."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

log = logging.getLogger("diffusionwatch")


@dataclass(frozen=True)
class Counts:
    """A worker's own account of its telemetry.

    ``completed``, ``faulted``, ``rejected`` and ``slow`` are requests as the worker saw them; ``sent`` and ``dropped``
    are requests whose events were handed to the sink or given up; those in neither are still ``waiting``.
    """

    completed: int = 0
    faulted: int = 0
    rejected: int = 0
    slow: int = 0
    sent: int = 0
    dropped: int = 0
    documents_sent: int = 0
    documents_dropped: int = 0
    records_dropped: int = 0
    bytes_sent: int = 0
    repaired: dict[str, int] = field(default_factory=dict)
    """How often something recorded had to be made valid, by reason."""

    @property
    def recorded(self) -> int:
        """Requests that ended, in whatever way."""
        return self.completed + self.faulted + self.rejected

    @property
    def waiting(self) -> int:
        """Requests whose events are neither sent nor given up."""
        return self.recorded - self.sent - self.dropped


LOCK_SECONDS = 0.1
"""Whoever holds the lock does so for microseconds, or was stopped by a signal whose handler waits for this thread."""
MESSAGES = 100
"""Lines that a process may write; each is of another kind of trouble, unless an error's text never repeats."""


class Ledger:
    """Counts, from any thread; says each kind of trouble once in the log."""

    def __init__(self) -> None:
        self.quiet = False
        """Nothing more is logged: the process ends, and a thread that it stopped may hold the lock of a log."""
        self._lock = threading.Lock()
        self._counts: defaultdict[str, float] = defaultdict(int)
        self._repaired: Counter[str] = Counter()
        self._said: set[str] = set()

    def add(self, amounts: Mapping[str, float]) -> None:
        """Adds to the counts of those names."""
        with self._locked():
            for name, amount in amounts.items():
                self._counts[name] += amount

    def take(self, amounts: dict[str, int]) -> None:
        """Adds to the counts, and leaves nothing to be added again."""
        self.add(amounts)
        amounts.update(dict.fromkeys(amounts, 0))

    @property
    def given_up(self) -> float:
        """Records and documents that were dropped, for the metric TelemetryDropped."""
        return self._counts["documents_dropped"] + self._counts["records_dropped"]

    def repaired(self, reason: str) -> None:
        with self._locked():
            self._repaired[reason] += 1
        self.say_once(f"recorded value made valid: {reason} (further ones are only counted)")

    def say_once(self, message: str) -> None:
        """One log line the first time, none after. Never raises, whatever the application does with its logs."""
        if message not in self._said and len(self._said) < MESSAGES and not self.quiet:
            self._said.add(message)
            with contextlib.suppress(Exception):
                log.warning("%s", message)

    def counts(self) -> Counts:
        with self._locked():
            return Counts(**{name: int(amount) for name, amount in self._counts.items()}, repaired=dict(self._repaired))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        held = self._lock.acquire(timeout=LOCK_SECONDS)
        try:
            yield
        finally:
            if held:
                self._lock.release()
