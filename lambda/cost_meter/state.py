"""What the meter remembers of a service between two calls. Pure.

Until when all is counted, so that a call neither counts twice what another has counted nor passes over an outage;
which instances ran then; and the dollars of a week by the hour, of a month or two as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone

from .billing import DAY, HOUR, ON_DEMAND

DAYS_KEPT = 8  # the same weekday of last week, and today
WEEK = 7
FEWEST_DAYS = 3  # a week's mean of an image needs as many days


@dataclass(frozen=True)
class Seen:
    """An instance that ran when all was counted."""

    instance_type: str
    launched: float
    purchase: str = ON_DEMAND
    zone: str = ""
    counted: float = 0.0
    """dollars counted for it so far: given back when EC2 takes a young Spot instance"""


@dataclass(frozen=True)
class State:
    """A service's books. `since` and `until`: from when and until when all dollars are in them."""

    since: float
    until: float
    open: Mapping[str, Seen] = field(default_factory=dict)
    hours: Mapping[str, float] = field(default_factory=dict)
    """dollars by hour, such as 2026-03-02T09"""
    months: Mapping[str, float] = field(default_factory=dict)
    """dollars by month, such as 2026-03"""
    images: Mapping[str, float] = field(default_factory=dict)
    """images by day, such as 2026-03-02"""
    recent: tuple[tuple[float, float], ...] = ()
    """(when, dollars) of the last hour's steps"""
    prices: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    """on-demand price by instance type, and when it was read"""

    def day(self, at: float, until: float | None = None) -> float | None:
        """Dollars of a whole day (UTC), or up to a moment of it; None when the books do not hold all of it."""
        start = at // DAY * DAY
        if self.since > start or hour_of(start) not in self.hours:
            return None
        end = start + DAY if until is None else until
        total = 0.0
        for number in range(24):
            hour = start + number * HOUR
            share = min(1.0, max(0.0, (end - hour) / HOUR))
            total += share * self.hours.get(hour_of(hour), 0.0)
        return total

    def today(self) -> float:
        """Dollars of the day so far."""
        date = day_of(self.until)
        return sum(value for key, value in self.hours.items() if key.startswith(date))

    def month(self) -> float:
        """Dollars of the month so far."""
        return self.months.get(month_of(self.until), 0.0)

    def expected_today(self) -> float | None:
        """What the same weekday of last week had cost by this time; None when that is not known."""
        week_ago = self.until - WEEK * DAY
        return self.day(week_ago, week_ago)

    def usual_image(self) -> float | None:
        """Dollars an image over the last seven whole days, at least three of them; None when that is not known."""
        today = self.until // DAY * DAY
        days = [(self.day(at), self.images.get(day_of(at))) for at in (today - n * DAY for n in range(1, WEEK + 1))]
        known = [(spent, images) for spent, images in days if spent is not None and images is not None]
        spent, images = sum(pair[0] for pair in known), sum(pair[1] for pair in known)
        return spent / images if len(known) >= FEWEST_DAYS and images > 0 else None


def day_of(at: float) -> str:
    return _text(at)[:10]


def hour_of(at: float) -> str:
    return _text(at)[:13]


def month_of(at: float) -> str:
    return _text(at)[:7]


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat()


def added(state: State, steps: Mapping[float, float], until: float) -> State:
    """The books with the dollars of some steps, by their beginning, and without what is too old to be asked for."""
    hours, months = dict(state.hours), dict(state.months)
    for at, spent in steps.items():
        hours[hour_of(at)] = hours.get(hour_of(at), 0.0) + spent
        months[month_of(at)] = months.get(month_of(at), 0.0) + spent
    oldest = day_of(until - DAYS_KEPT * DAY)
    recent = [*state.recent, *steps.items()]
    return State(
        state.since,
        until,
        state.open,
        {key: value for key, value in hours.items() if key >= oldest},
        dict(sorted(months.items())[-2:]),
        {key: value for key, value in state.images.items() if key >= oldest},
        tuple((at, spent) for at, spent in recent if at >= until - HOUR),
        state.prices,
    )


def dump(state: State) -> str:
    """The state as text, for the store."""
    return json.dumps(asdict(state), separators=(",", ":"))


def load(text: str) -> State:
    """The state of a text that `dump` made."""
    data = json.loads(text)
    data["open"] = {key: Seen(**value) for key, value in data["open"].items()}
    data["recent"] = tuple((at, spent) for at, spent in data["recent"])
    data["prices"] = {key: (price, at) for key, (price, at) in data["prices"].items()}
    return State(**data)
