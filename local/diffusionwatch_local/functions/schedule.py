"""Schedule expressions of EventBridge: when they fire next.

Source: "Schedule types in EventBridge Scheduler", "Creating a rule that runs on a schedule in Amazon EventBridge".
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

Next = Callable[[float], float | None]
"""Seconds since the epoch of the first firing after a moment; None when there is none any more."""

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_YEARS_AHEAD = 5  # farther than any run of this clock


class ScheduleError(ValueError):
    """Not a schedule expression."""


def parse(expression: str, created: float, timezone: str = "UTC") -> Next:
    """What an expression means for a rule that was made at ``created``.

    >>> parse("rate(5 minutes)", created=0.0)(600.0)
    900.0
    """
    kind, _, body = expression.strip().rstrip(")").partition("(")
    if kind == "rate" and (match := re.fullmatch(r"(\d+) (minute|hour|day)s?", body)) and int(match[1]) > 0:
        period = int(match[1]) * _UNITS[match[2]]
        return lambda after: created + period * ((after - created) // period + 1)
    zone = ZoneInfo(timezone)
    if kind == "at":
        try:
            moment = datetime.fromisoformat(body).replace(tzinfo=zone).timestamp()
        except ValueError:
            raise ScheduleError(f"{expression!r}: at(yyyy-mm-ddThh:mm:ss) is wanted") from None
        return lambda after: moment if moment > after else None
    if kind == "cron" and len(body.split()) == 6:
        cron = Cron.parse(body)
        return lambda after: cron.next(after, zone)
    raise ScheduleError(f"{expression!r} is neither rate(n minutes|hours|days), cron(six fields) nor at(moment)")


@dataclass(frozen=True)
class Cron:
    """Six fields: minutes, hours, day of month, month, day of week (1 is Sunday), year."""

    minutes: frozenset[int]
    hours: frozenset[int]
    months: frozenset[int]
    years: frozenset[int]
    on_day: Callable[[datetime], bool]

    @classmethod
    def parse(cls, text: str) -> Cron:
        minutes, hours, day_of_month, months, day_of_week, years = text.upper().split()
        if (day_of_month == "?") == (day_of_week == "?"):
            raise ScheduleError(f"cron({text}): exactly one of day-of-month and day-of-week is ?")
        return cls(
            frozenset(_values(minutes, 0, 59)),
            frozenset(_values(hours, 0, 23)),
            frozenset(_values(months, 1, 12, _MONTHS)),
            frozenset(_values(years, 1970, 2199)),
            _day_of_month(day_of_month) if day_of_week == "?" else _day_of_week(day_of_week),
        )

    def next(self, after: float, zone: tzinfo) -> float | None:
        """Once in an hour that comes twice, and never in one that the clocks skip ("Schedule types on EventBridge
        Scheduler"). So times of the wall are gone through, which know no such hours, and each is looked up."""
        moment = datetime.fromtimestamp(after, zone).replace(tzinfo=None, second=0, microsecond=0)
        moment += timedelta(minutes=1)
        last = moment.year + _YEARS_AHEAD
        while moment.year <= last:
            if moment.month not in self.months or moment.year not in self.years or not self.on_day(moment):
                moment = (moment + timedelta(days=1)).replace(hour=0, minute=0)
            elif moment.hour not in self.hours:
                moment = (moment + timedelta(hours=1)).replace(minute=0)
            elif moment.minute not in self.minutes or (at := _at(moment, zone)) is None or at <= after:
                moment += timedelta(minutes=1)
            else:
                return at
        return None


def _at(wall: datetime, zone: tzinfo) -> float | None:
    """Seconds since the epoch of a time of the wall, the first of two; None for one that the clocks skip."""
    at = wall.replace(tzinfo=zone, fold=0).timestamp()
    return at if datetime.fromtimestamp(at, zone).replace(tzinfo=None) == wall else None


def _day_of_month(field: str) -> Callable[[datetime], bool]:
    if field == "L":
        return lambda moment: moment.day == _length(moment)
    if field.endswith("W"):
        (near,) = _values(field[:-1], 1, 31)
        return lambda moment: moment.day == _nearest_weekday(moment, near)
    days = frozenset(_values(field, 1, 31))
    return lambda moment: moment.day in days


def _day_of_week(field: str) -> Callable[[datetime], bool]:
    if "#" in field:
        day, _, nth = field.partition("#")
        weekdays, (week,) = frozenset(_values(day, 1, 7, _DAYS)), _values(nth, 1, 5)
        return lambda moment: _weekday(moment) in weekdays and (moment.day - 1) // 7 + 1 == week
    if field.endswith("L"):
        weekdays = frozenset(_values(field[:-1] or "SAT", 1, 7, _DAYS))
        return lambda moment: _weekday(moment) in weekdays and moment.day > _length(moment) - 7
    weekdays = frozenset(_values(field, 1, 7, _DAYS))
    return lambda moment: _weekday(moment) in weekdays


def _length(moment: datetime) -> int:
    return calendar.monthrange(moment.year, moment.month)[1]


def _weekday(moment: datetime) -> int:
    return moment.isoweekday() % 7 + 1


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> Iterator[int]:
    def number(text: str) -> int:
        value = (names or {}).get(text)
        if value is None:
            if not text.isdigit():
                raise ScheduleError(f"{text!r} in a cron field is neither a number nor a name")
            value = int(text)
        if not low <= value <= high:
            raise ScheduleError(f"{value} in a cron field is not between {low} and {high}")
        return value

    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (number(text) for text in span.split("-"))
        else:
            first = number(span)
            last = high if step else first
        yield from range(first, last + 1, int(step or 1))


def _nearest_weekday(moment: datetime, day: int) -> int:
    """The weekday nearest to a day, within the month."""
    length = _length(moment)
    day = min(day, length)
    weekday = moment.replace(day=day).weekday()
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day
