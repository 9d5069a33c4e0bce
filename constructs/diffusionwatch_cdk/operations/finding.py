"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(str, Enum):
    """How it stands. Warnings and broken things end a run with status 1."""

    OK = "ok"
    WARNING = "warning"
    """it works, and will not when it is needed, or misleads"""
    BROKEN = "broken"
    """it does not do what it is there for"""
    UNKNOWN = "unknown"
    """the service did not say: it is not there, or these credentials may not ask"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was seen, how it stands, what to do."""

    check: str
    """the check's id"""
    subject: str
    """what was looked at, by its own name: an alarm, a topic, a log group"""
    seen: str
    verdict: Verdict
    advice: str = ""
    """what to do, as an order; empty when all is well"""

    @property
    def fails(self) -> bool:
        return self.verdict in (Verdict.WARNING, Verdict.BROKEN)
