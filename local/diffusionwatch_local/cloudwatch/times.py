"""Moments as the APIs carry them.

>>> seconds(moment(1_767_571_200.0)), stamp(1_767_571_200.5)
(1767571200.0, '2026-01-05T00:00:00.500+0000')
"""

from __future__ import annotations

from datetime import datetime, timezone


def seconds(value: datetime | float | str) -> float:
    """Seconds since the epoch; a datetime without a zone is UTC, as moto's parser gives them."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).timestamp()
    return float(value)


def moment(value: float) -> datetime:
    """The datetime, in UTC."""
    return datetime.fromtimestamp(value, timezone.utc)


def stamp(value: float) -> str:
    """As alarm messages write a time."""
    return moment(value).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(value * 1000) % 1000:03d}+0000"
