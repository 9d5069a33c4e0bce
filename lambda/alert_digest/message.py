"""What people are told: values only, no wording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from . import rules

FIRING, CHANGED, REMINDER, RESOLVED, PASSED = "firing", "changed", "reminder", "resolved", "passed"
"""Kinds: begun; more alarms, or a graver one; still open; over; begun and over before it was told."""


@dataclass(frozen=True)
class Line:
    """One alarm of a message. `id` is the catalogue's, `description` and `number` are the alarm's own."""

    id: str
    name: str
    severity: str
    since: float
    until: float = inf
    arn: str = ""
    description: str = ""
    number: str = ""


@dataclass(frozen=True)
class Message:
    """News of one incident. `lines` are what is wrong, the gravest first; `evidence` the leaves behind them."""

    kind: str
    incident: str
    service: str
    cause: str
    severities: tuple[str, ...]
    """all that the incident has had, so that whoever heard of its begin hears of its end"""
    since: float
    at: float
    until: float = inf
    lines: tuple[Line, ...] = ()
    evidence: tuple[Line, ...] = ()
    silenced: tuple[str, ...] = ()
    """ids of the alarms that are not told while this lasts"""

    @property
    def severity(self) -> str:
        """
        >>> Message(FIRING, "image-api users 1", "image-api", "users", ("ticket", "page"), 0.0, 0.0).severity
        'page'
        """
        return next(severity for severity in rules.TOLD if severity in self.severities)

    @property
    def begins(self) -> bool:
        return self.kind in (FIRING, PASSED)

    @property
    def ends(self) -> bool:
        return self.kind in (RESOLVED, PASSED)


def combined(old: Message, new: Message) -> Message:
    """One message for two about the same incident, of which the older has not been sent."""
    if new.ends:
        return replace(new, kind=PASSED if old.kind == FIRING else RESOLVED)
    kinds = (old.kind, new.kind)
    return replace(new, kind=next(kind for kind in (FIRING, CHANGED, REMINDER) if kind in kinds))
