"""What a rule says, and what a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Path = tuple["str | int", ...]


class Severity(str, Enum):
    """How bad it is. Errors and warnings end a run with status 1, notes do not."""

    ERROR = "error"
    """CloudWatch refuses it, or it never does what it is there for"""
    WARNING = "warning"
    """it works, and misleads"""
    NOTE = "note"
    """right on purpose or wrong by accident: only its author knows"""


@dataclass(frozen=True)
class Fault:
    """What is wrong at ``at``, a path below the resource's properties, and what to do about it."""

    at: Path
    message: str
    fix: str


@dataclass(frozen=True)
class Finding:
    """A fault of a rule at its place: file, line, path in the template and, from CDK, path of the construct."""

    rule: str
    severity: Severity
    file: str
    line: int
    path: str
    resource: str
    construct: str
    message: str
    fix: str

    @property
    def fails(self) -> bool:
        return self.severity is not Severity.NOTE
