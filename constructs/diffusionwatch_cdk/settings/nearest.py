"""The nearest valid name to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """
    >>> did_you_mean("g6e.xlarg", ["g6e.xlarge", "p5.48xlarge"])
    '; did you mean g6e.xlarge?'
    >>> did_you_mean("qqq", ["g6e.xlarge"])
    ''
    """
    close = get_close_matches(str(given), list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""
