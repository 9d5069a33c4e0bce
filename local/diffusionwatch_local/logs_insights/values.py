"""What a field can hold, how two of them compare, how one is written ("Boolean, comparison, numeric, … functions").

Where the guide is silent: a comparison with a field that is not there does not hold, text that reads as a number
compares as one with a number, and JSON's true and false are 1 and 0.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

Value = bool | int | float | str | None
_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
DECIMALS = 4
"""Of a number in a result."""


class Timestamp(float):
    """Milliseconds since the epoch that are written as a date; arithmetic makes plain numbers of them."""


def number(value: Value) -> int | float | None:
    """
    >>> number("12.5"), number(True), number("flux"), number(None)
    (12.5, 1, None, None)
    """
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, str) and _NUMERIC.fullmatch(value):
        found = float(value)
        return found if math.isfinite(found) else None
    return None


def finite(value: int | float) -> int | float | None:
    return value if math.isfinite(value) else None


def truth(value: Value) -> bool:
    """Whether a condition holds: functions such as ``strcontains`` answer 1 and 0."""
    return isinstance(value, (int, float)) and value != 0


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compare(sign: str, one: Value, other: Value) -> bool:
    """
    >>> compare("=", 200, "200"), compare("<", "9", "10"), compare("!=", None, 1), compare(">", 5, "many")
    (True, True, False, False)
    """
    if one is None or other is None:
        return False
    numbers = number(one), number(other)
    if None not in numbers and not (isinstance(one, str) and isinstance(other, str) and sign in ("=", "!=")):
        return COMPARISONS[sign](*numbers)
    if isinstance(one, str) and isinstance(other, str):
        return COMPARISONS[sign](one, other)
    return sign == "!="


def order(value: Value) -> tuple[int, int | float | str]:
    """What ``sort`` sorts by: what is missing, then text, then numbers ("sort": natural order)."""
    if value is None:
        return 0, 0
    found = number(value)
    return (1, str(value)) if found is None else (2, found)


def written(value: Value) -> str | None:
    """
    >>> written(3.0), written(2 / 3), written(True), written(Timestamp(90_000.0)), written(None)
    ('3', '0.6667', '1', '1970-01-01 00:01:30.000', None)
    """
    if isinstance(value, Timestamp):
        try:
            moment = _EPOCH + timedelta(milliseconds=float(value))
        except OverflowError:
            return None
        return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
    if isinstance(value, float):
        return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") if value else "0"
    return str(int(value)) if isinstance(value, int) else value
