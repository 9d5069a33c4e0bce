"""Points and spans of time as dashboards write them."""

from __future__ import annotations

import re
from datetime import datetime

from .resource import unknown

_SPAN = re.compile(r"-?P(?=.)(\d+[YMWD])*(T(\d+[HMS])+)?")


def is_moment(value: object) -> bool:
    """
    >>> is_moment("2026-01-05T12:00:00.000Z"), is_moment("yesterday")
    (True, False)
    """
    if unknown(value):
        return True
    try:
        datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def is_span(value: object) -> bool:
    """
    >>> is_span("-PT3H"), is_span("-P1X")
    (True, False)
    """
    return _SPAN.fullmatch(str(value)) is not None
