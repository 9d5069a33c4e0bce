"""The two ways of saying no: what cannot be evaluated, and what is badly written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SimulatorError(Exception):
    """The base of both."""


class Unsupported(SimulatorError):  # noqa: N818 (a verdict, not a mishap)
    """A construct of CloudWatch that is not evaluated here; the message names it.

    Never answered with a plausible number instead.

    >>> str(Unsupported("SEARCH", "CloudWatch does not take it in an alarm"))
    'SEARCH: CloudWatch does not take it in an alarm'
    """

    def __init__(self, construct: str, why: str = "is not evaluated here") -> None:
        self.construct, self.why = construct, why
        super().__init__(f"{construct}: {why}")


class ScenarioError(SimulatorError, ValueError):
    """Bad input: where it stands, what is wrong, what is allowed.

    >>> str(ScenarioError("unknown key 'intervall'; nearest: interval", file="idle.yaml", line=3))
    "idle.yaml:3: unknown key 'intervall'; nearest: interval"
    """

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None) -> None:
        self.message, self.file, self.line = message, file, line
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """What to append to an error about an unknown name.

    >>> nearest("intervall", ["interval", "series"])
    '; did you mean interval?'
    """
    names = sorted(allowed)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}?"
    shown = ", ".join(names[:12])
    return f"; known: {shown}{', …' if len(names) > 12 else ''}" if names else ""
