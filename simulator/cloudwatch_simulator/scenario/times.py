"""Times of a scenario: ``90s``, ``5m``, ``2h``, ``1h30m``."""

from __future__ import annotations

import re

from cloudwatch_simulator.errors import ScenarioError

_PART = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: object) -> int:
    """Seconds of a time.

    >>> seconds("1h30m")
    5400
    """
    written = str(text).strip()
    parts = _PART.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        raise ScenarioError(f"{written!r} is no time; a time is 90s, 5m, 2h or a sum such as 1h30m")
    return sum(int(number) * _SECONDS[unit] for number, unit in parts)


def shown(duration: float) -> str:
    """A time as a scenario would write it: in minutes, where it is a whole number of them.

    >>> shown(5400), shown(90)
    ('90m', '90s')
    """
    whole = round(duration)
    return f"{whole // 60}m" if whole % 60 == 0 else f"{whole}s"
