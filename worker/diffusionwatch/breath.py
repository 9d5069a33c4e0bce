"""How the background thread lets go of the interpreter, so that no request is held for as long as a millisecond.

Python takes the interpreter away from a thread that works only after 5 ms (``sys.getswitchinterval``).
"""

from __future__ import annotations

import time

WORK_NS = 400_000
"""Less than half of what a request may be held: the last step may take as long again."""
PAUSE_SECONDS = 0.00005
"""Of the wall. Not 0: the other thread must have woken before this one asks for the interpreter again."""


def breathe() -> None:
    """Lets go once."""
    time.sleep(PAUSE_SECONDS)


class Breath:
    """When to let go, in work whose steps differ.

    >>> Breath().due
    False
    """

    __slots__ = ("_until",)

    def __init__(self) -> None:
        self._until = time.perf_counter_ns() + WORK_NS

    @property
    def due(self) -> bool:
        return time.perf_counter_ns() > self._until

    def take(self) -> None:
        breathe()
        self._until = time.perf_counter_ns() + WORK_NS
