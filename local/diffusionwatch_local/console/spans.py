"""The time that a widget looks at: its dashboard's, or its own ("Dashboard body structure and syntax, start and end").

>>> span({"start": "-PT6H"}, 0.0, 86_400.0)
(64800.0, 86400.0)
>>> span({"start": "1970-01-01T06:00:00Z", "end": "1970-01-01T12:00:00Z"}, 0.0, 86_400.0)
(21600.0, 43200.0)
>>> span({"start": "yesterday"}, 0.0, 86_400.0)
(0.0, 86400.0)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

_AGO = re.compile(
    r"^-P(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)
DAYS_A_MONTH = 30


def moment(text: str, now: float) -> float:
    """Absolute or relative to ``now``, in seconds. Raises ValueError.

    >>> moment("-P1W", 604_800.0), moment("1970-01-01T00:01:00Z", 0.0)
    (0.0, 60.0)
    """
    ago = _AGO.match(text)
    if ago is None:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    counts = {unit: int(count) for unit, count in ago.groupdict(default="0").items()}
    days = counts.pop("months") * DAYS_A_MONTH + counts.pop("days")
    return now - timedelta(days=days, **counts).total_seconds()


def span(properties: Mapping[str, Any], start: float, end: float) -> tuple[float, float]:
    """What a widget asks for; what cannot be read is its dashboard's, as is a span that ends before it begins."""
    try:
        until = moment(properties["end"], end) if "end" in properties else end
        since = moment(properties["start"], end) if "start" in properties else until - (end - start)
    except (ValueError, TypeError, OverflowError):
        return start, end
    return (since, until) if since < until else (start, end)
