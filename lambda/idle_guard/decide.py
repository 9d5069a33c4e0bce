"""What the guard does about a fleet whose GPUs idle. Pure: facts in, one decision out.

It never goes below the group's minimum, never acts while the queue has work or its length is not known, never while
the monitoring is blind, never in a protected time, and never before the grace time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

TELL, ASK, SCALE = "tell", "ask", "scale"
NOTHING = "nothing"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Window:
    """A weekly time in which nothing is done, UTC."""

    days: tuple[str, ...]
    start: str
    end: str

    def holds(self, now: float) -> bool:
        """
        >>> Window(("thu",), "09:00", "17:00").holds(9 * 3600)  # 1 January 1970 was a Thursday
        True
        """
        moment = datetime.fromtimestamp(now, timezone.utc)
        return _DAYS[moment.weekday()] in self.days and self.start <= f"{moment:%H:%M}" < self.end


@dataclass(frozen=True)
class Policy:
    """What a service allows."""

    action: str = TELL
    grace_seconds: float = 1800
    protected: Mapping[str, Window] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What is known of the fleet now."""

    alarm_since: float | None
    """since when paying-for-nothing is in ALARM; None: it is not"""
    blind: bool | None
    """whether a source of telemetry is silent: idle is then a guess; None: not known, which is no better"""
    desired: int
    minimum: int
    waiting: int | None
    """messages in the queue, visible, delayed or in work; None: not known"""


@dataclass(frozen=True)
class Decision:
    """`do` is nothing, tell, ask or scale; `target` the size to scale to, `released` the instances that it frees."""

    do: str
    why: str
    target: int = 0
    released: int = 0


def decide(policy: Policy, seen: Seen, now: float) -> Decision:
    """The decision.

    >>> decide(Policy("scale"), Seen(1, False, desired=6, minimum=1, waiting=0), now=3601)
    Decision(do='scale', why='idle for 60 min', target=1, released=5)
    """
    if (why := _against(policy, seen, now)) is not None:
        return Decision(NOTHING, why)
    idle = (now - (seen.alarm_since or now)) / 60
    return Decision(policy.action, f"idle for {idle:.0f} min", seen.minimum, seen.desired - seen.minimum)


def _against(policy: Policy, seen: Seen, now: float) -> str | None:
    """The first reason to do nothing."""
    if seen.alarm_since is None:
        return "GPUs work, or there are none"
    if seen.desired <= seen.minimum:
        return f"at its minimum of {seen.minimum}"
    if seen.blind is None:
        return "whether telemetry is silent is not known: the alarm blind is not there, or has no data"
    if seen.blind:
        return "a source of telemetry is silent"
    if seen.waiting is None:
        return "the queue's length is not known"
    if seen.waiting > 0:
        return f"the queue has {seen.waiting} messages"
    if now - seen.alarm_since < policy.grace_seconds:
        return f"within the grace time of {policy.grace_seconds / 60:g} min"
    window = next((name for name, one in policy.protected.items() if one.holds(now)), None)
    return None if window is None else f"protected: {window}"
