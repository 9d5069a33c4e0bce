"""What became of everything that was recorded: nothing leaves without being counted."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
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


class Ledger:
    """Counts, from any thread; says each kind of trouble once in the log."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[str, float] = defaultdict(int)
        self._repaired: Counter[str] = Counter()
        self._said: set[str] = set()

    def add(self, amounts: Mapping[str, float]) -> None:
        """Adds to the counts of those names."""
        with self._lock:
            for name, amount in amounts.items():
                self._counts[name] += amount

    @property
    def given_up(self) -> float:
        """Records and documents that were dropped, for the metric TelemetryDropped."""
        return self._counts["documents_dropped"] + self._counts["records_dropped"]

    def repaired(self, reason: str) -> None:
        with self._lock:
            self._repaired[reason] += 1
        self.say_once(f"recorded value made valid: {reason} (further ones are only counted)")

    def say_once(self, message: str) -> None:
        """One log line the first time, none after."""
        if message not in self._said:
            self._said.add(message)
            log.warning(message)

    def counts(self) -> Counts:
        with self._lock:
            return Counts(**{name: int(amount) for name, amount in self._counts.items()}, repaired=dict(self._repaired))
