"""What the workers themselves say they did, kept apart from all telemetry.

The demo holds this against the metric store. So it counts in plain lists and never looks at the worker library.

>>> ledger = Ledger()
>>> ledger.record("r-1", COMPLETED)
>>> ledger.record("r-2", FAILED)
>>> ledger.counts()
{'completed': 1, 'failed': 1}
"""

from __future__ import annotations

from collections.abc import Mapping

COMPLETED = "completed"
FAILED = "failed"
OUTCOMES = (COMPLETED, FAILED)


class Ledger:
    """The ids of the requests that came to each outcome, one entry for each attempt."""

    def __init__(self, entries: Mapping[str, list[str]] | None = None) -> None:
        self.entries: dict[str, list[str]] = {outcome: list((entries or {}).get(outcome, ())) for outcome in OUTCOMES}

    def record(self, request_id: str, outcome: str) -> None:
        self.entries[outcome].append(request_id)

    def add(self, other: Ledger) -> None:
        for outcome, ids in other.entries.items():
            self.entries[outcome] += ids

    def counts(self) -> dict[str, int]:
        return {outcome: len(ids) for outcome, ids in self.entries.items()}
