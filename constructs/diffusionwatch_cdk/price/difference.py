"""What a change costs: two bills compared, place by place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .line import Line

CENT = 0.005


@dataclass(frozen=True)
class Difference:
    """``monthly_usd`` more, or less, each month; None where one of the two is unknown."""

    construct: str
    what: str
    monthly_usd: float | None

    def __str__(self) -> str:
        amount = "unknown" if self.monthly_usd is None else f"{self.monthly_usd:+,.2f}"
        return f"{amount} {self.construct}: {self.what}"


def difference(before: Iterable[Line], after: Iterable[Line]) -> list[Difference]:
    """What moved by a cent or more, came or went; the dearest first, what is unknown last.

    >>> old = Line("s", "s/Board", "dashboard", 1, "dashboard-month", 3.0, 3.0, "")
    >>> [str(one) for one in difference([old], [])]
    ['-3.00 Board: dashboard']
    """
    old, new = _by_place(before), _by_place(after)
    found = []
    for construct, what in sorted(old.keys() | new.keys()):
        one, other = old.get((construct, what), 0.0), new.get((construct, what), 0.0)
        if one is None or other is None:
            if ((construct, what) in old) != ((construct, what) in new):
                found.append(Difference(construct, what, None))
        elif abs(other - one) >= CENT:
            found.append(Difference(construct, what, other - one))
    return sorted(found, key=lambda one: -abs(one.monthly_usd or 0.0))


def _by_place(lines: Iterable[Line]) -> dict[tuple[str, str], float | None]:
    """By construct below its stack, so that two environments can be compared, and by what stands before the colon."""
    found: dict[tuple[str, str], float | None] = {}
    for line in lines:
        place = line.construct.partition("/")[2] or line.construct, line.what.partition(":")[0]
        before = found.get(place, 0.0)
        found[place] = None if before is None or line.monthly_usd is None else before + line.monthly_usd
    return found
