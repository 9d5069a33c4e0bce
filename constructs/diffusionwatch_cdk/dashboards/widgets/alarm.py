from __future__ import annotations

from collections.abc import Iterable

from ..layout import Widget

ALARMS_LIMIT = 100


def alarm_status(title: str, arns: Iterable[str], *, width: int, height: int) -> Widget:
    """The states of alarms, the latest change first."""
    return {
        "type": "alarm",
        "width": width,
        "height": height,
        "properties": {"title": title, "alarms": list(arns)[:ALARMS_LIMIT], "sortBy": "stateUpdatedTimestamp"},
    }
