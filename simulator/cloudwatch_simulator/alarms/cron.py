"""Cron with five fields: minute, hour, day of the month, month, day of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cloudwatch_simulator.errors import Unsupported

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NAMES = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
    )
} | {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}


@dataclass(frozen=True)
class Cron:
    """The values that each field allows; ``either`` when both day fields restrict, and one of them is enough.

    >>> Cron.parse("0 2 * * MON-FRI").weekday
    (1, 2, 3, 4, 5)
    """

    minute: tuple[int, ...]
    hour: tuple[int, ...]
    day: tuple[int, ...]
    month: tuple[int, ...]
    weekday: tuple[int, ...]
    either: bool

    @classmethod
    def parse(cls, text: str) -> Cron:
        fields = text.split()
        if len(fields) != 5:
            raise Unsupported("cron", f"{text!r} has {len(fields)} fields; minute hour day month weekday are 5")
        values = [_values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
        weekdays = tuple(sorted({day % 7 for day in values[4]}))
        return cls(
            values[0],
            values[1],
            values[2],
            values[3],
            weekdays,
            either=all(field not in ("*", "?") for field in (fields[2], fields[4])),
        )

    def matches(self, minutes: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
        """Whether each of some local minutes matches."""
        days = minutes.astype("datetime64[D]")
        months = minutes.astype("datetime64[M]")
        since_midnight = (minutes - days).astype(np.int64)
        by_day = np.isin((days - months).astype(np.int64) + 1, self.day)
        by_weekday = np.isin((days.astype(np.int64) + 4) % 7, self.weekday)
        return np.asarray(
            np.isin(since_midnight % 60, self.minute)
            & np.isin(since_midnight // 60, self.hour)
            & np.isin(months.astype(np.int64) % 12 + 1, self.month)
            & (by_day | by_weekday if self.either else by_day & by_weekday)
        )


def _values(field: str, name: str, low: int, high: int) -> tuple[int, ...]:
    found: set[int] = set()
    try:
        for part in field.split(","):
            span, _, step = part.partition("/")
            first, dash, last = span.partition("-")
            begin = low if span in ("*", "?") else _number(first)
            end = high if span in ("*", "?") or (step and not dash) else _number(last) if dash else begin
            if not low <= begin <= end <= high:
                raise ValueError
            found.update(range(begin, end + 1, int(step) if step else 1))
    except ValueError:
        raise Unsupported(
            "cron",
            f"the field {name} is {field!r}; allowed: numbers from {low} to {high}, names, lists, ranges and steps",
        ) from None
    return tuple(sorted(found))


def _number(text: str) -> int:
    return _NAMES.get(text.upper(), -1) if text.isalpha() else int(text)
