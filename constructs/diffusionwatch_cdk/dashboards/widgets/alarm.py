from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..layout import Widget

ALARMS_LIMIT = 100


def alarm_status(title: str, arns: Iterable[str], *, width: int, height: int, states: Sequence[str] = ()) -> Widget:
    """The states of alarms, the latest change first; with ``states`` only of those that are in one of them."""
    properties: dict[str, Any] = {
        "title": title,
        "alarms": list(arns)[:ALARMS_LIMIT],
        "sortBy": "stateUpdatedTimestamp",
    }
    if states:
        properties["states"] = list(states)
    return {"type": "alarm", "width": width, "height": height, "properties": properties}
