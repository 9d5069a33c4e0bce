"""What an instance costs between two moments. Pure; times are seconds since the epoch, money US dollars.

EC2 bills Linux instances by the second with a minimum of sixty, from running until it shuts down or stops; a Spot
instance that EC2 takes back within its first hour costs nothing ("Amazon EC2 pricing", "Billing for interrupted Spot
Instances").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

HOUR, DAY = 3600.0, 86_400.0
MINIMUM_SECONDS = 60.0
FREE_IF_TAKEN_WITHIN = HOUR

ON_DEMAND, SPOT, CAPACITY_BLOCK = "on-demand", "spot", "capacity-block"

Rate = tuple[tuple[float, float], ...]
"""Dollars an hour from a moment on, oldest first; before the first moment its price holds too."""


@dataclass(frozen=True)
class Instance:
    """One instance, as EC2 tells it."""

    instance_id: str
    instance_type: str
    launched: float
    ended: float | None = None
    """None: it runs"""
    purchase: str = ON_DEMAND
    zone: str = ""
    node: str = ""
    """its name in an EKS cluster"""
    interrupted: bool = False
    """a Spot instance that EC2 took back"""
    assumed: bool = False
    """its end or its kind was not to be learned, and is assumed"""

    @property
    def free(self) -> bool:
        return self.interrupted and self.ended is not None and self.ended - self.launched < FREE_IF_TAKEN_WITHIN

    def billed(self, start: float, end: float) -> tuple[float, float]:
        """The part of a span for which it is billed; of no length when it is not.

        >>> Instance("i-1", "g6e.xlarge", launched=100, ended=500).billed(0, 300)
        (100, 300)
        """
        last = end if self.ended is None else min(end, max(self.ended, self.launched + MINIMUM_SECONDS))
        first = max(start, self.launched)
        return first, max(first, last)


def dollars(rate: Rate, start: float, end: float) -> float:
    """A rate over a span.

    >>> dollars(((0, 1.0), (3600, 2.0)), 1800, 5400)
    1.5
    """
    changes = [start, *(at for at, _ in rate[1:] if start < at < end), end]
    return sum(_price(rate, a) * (b - a) / HOUR for a, b in pairwise(changes))


def _price(rate: Rate, at: float) -> float:
    return next((price for since, price in reversed(rate) if since <= at), rate[0][1])


def slices(start: float, end: float, interval: float) -> list[tuple[float, float]]:
    """A span in steps of the interval, cut where a day begins; after an outage of more than a day, in hours.

    >>> slices(86_100, 86_700, 300)
    [(86100, 86400), (86400, 86700)]
    """
    step = interval if end - start <= DAY else HOUR
    cuts, at = [start], start
    while at < end:
        midnight = (at // DAY + 1) * DAY
        following = at + step if step == interval else (at // HOUR + 1) * HOUR
        at = min(following, midnight, end)
        cuts.append(at)
    return list(pairwise(cuts))


def idle_share(values: Iterable[tuple[float, float]], start: float, end: float, below: float) -> float | None:
    """The share of the minutes of a span in which the GPUs idled; None when none was reported.

    Values are (time, percent). An instance that reports nothing is not counted as idle: it may still be starting, or
    its agent is silent, which has an alarm.
    """
    inside = [value < below for at, value in values if start <= at < end]
    return sum(inside) / len(inside) if inside else None
