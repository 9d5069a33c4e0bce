"""One line of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloudwatch_simulator.scenario.model import Expectation


@dataclass(frozen=True)
class Result:
    """A promise and what became of it. ``actual`` is None when it cannot be evaluated.

    ``found`` is the moment (seconds since the epoch) that a drawing should show.
    """

    file: str
    line: int
    kind: str
    alarm: str | None
    at: str | None
    expected: Any
    actual: Any
    ok: bool
    reason: str
    expression: str | None = None
    note: str | None = None
    found: float | None = None

    @classmethod
    def of(
        cls,
        file: str,
        promise: Expectation,
        expected: Any,
        actual: Any,
        ok: bool,
        reason: str,
        *,
        alarm: str | None = None,
        found: float | None = None,
    ) -> Result:
        return cls(
            file,
            promise.line,
            promise.kind,
            alarm or promise.alarm,
            promise.when,
            expected,
            actual,
            ok,
            reason,
            promise.expression,
            promise.note,
            found,
        )

    @classmethod
    def unsupported(cls, file: str, promise: Expectation, reason: str, expected: Any) -> Result:
        return cls.of(file, promise, expected, None, False, reason)

    def answered(self) -> dict[str, Any]:
        """As ``--json`` prints it; what does not apply is left out."""
        found: dict[str, Any] = {"file": self.file, "kind": self.kind}
        for key in ("alarm", "expression", "at"):
            if getattr(self, key) is not None:
                found[key] = getattr(self, key)
        found |= {"expected": self.expected, "actual": self.actual, "ok": self.ok, "reason": self.reason}
        if self.note is not None:
            found["note"] = self.note
        return found
