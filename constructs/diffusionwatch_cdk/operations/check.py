"""What every check has: one class, one file in ``checks/``, found by itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from .deployment import Deployment
from .finding import Finding, Verdict


class Check(ABC):
    """One question to a deployed environment. The class attributes are its documentation."""

    id: ClassVar[str]
    title: ClassVar[str]
    """what should hold, as a sentence without its full stop"""
    why: ClassVar[str]
    """what happens to somebody for whom it does not hold"""
    source: ClassVar[str] = ""
    """the title of AWS's page that says so"""

    @abstractmethod
    def look(self, deployment: Deployment) -> Iterator[Finding]:
        """What was found; things that are well are told too."""

    def ok(self, subject: str, seen: str) -> Finding:
        return Finding(self.id, subject, seen, Verdict.OK)

    def warning(self, subject: str, seen: str, advice: str) -> Finding:
        return Finding(self.id, subject, seen, Verdict.WARNING, advice)

    def broken(self, subject: str, seen: str, advice: str) -> Finding:
        return Finding(self.id, subject, seen, Verdict.BROKEN, advice)

    def unknown(self, subject: str, seen: str, advice: str) -> Finding:
        return Finding(self.id, subject, seen, Verdict.UNKNOWN, advice)
