"""One alarm event of EventBridge, read.

Source: "Alarm events and EventBridge" (CloudWatch user guide).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ALARM, OK, INSUFFICIENT_DATA = "ALARM", "OK", "INSUFFICIENT_DATA"
STATES = frozenset({ALARM, OK, INSUFFICIENT_DATA})

STATE_CHANGE = "CloudWatch Alarm State Change"
CONFIGURATION_CHANGE = "CloudWatch Alarm Configuration Change"

_CHILD = re.compile(r'(?<!NOT )ALARM\(\s*"?([^"()]+?)"?\s*\)')
_CROSSED = re.compile(r"\[(?P<number>-?[\d.]+(?:[eE][-+]?\d+)?)[^\]]*\].*?threshold \((?P<threshold>-?[\d.eE+-]+)\)")


class AlarmEventError(ValueError):
    """An event from which no alarm's state can be read; the text says what is missing."""


@dataclass(frozen=True)
class AlarmEvent:
    """An alarm that went from one state into another. Times are seconds since the epoch.

    `previous` matters as much as `state`: an OK that overtakes its ALARM still tells that there was one, and since
    when. So events may be lost in order, repeated, and come in any order.
    """

    alarm: str
    arn: str
    state: str
    at: float
    previous: str = ""
    previous_at: float = 0.0
    description: str = ""
    number: str = ""
    """the newest datapoint against the threshold, such as ``99.5 against 50``; empty where none is told"""
    children: tuple[str, ...] = ()
    """alarms that a composite alarm's rule asks about"""
    muted: bool = False
    """a mute rule kept the alarm's actions from running"""


def read(body: Mapping[str, Any]) -> AlarmEvent | None:
    """Reads an event; None for one that changes no state, such as an alarm's new description.

    A deleted alarm is OK from then on: nobody will ever say so again.

    Raises:
        AlarmEventError: it is no alarm event, or lacks what one must have.
    """
    try:
        kind, detail = body["detail-type"], body["detail"]
        if kind == CONFIGURATION_CHANGE:
            return _deleted(body) if detail.get("operation") == "delete" else None
        if kind != STATE_CHANGE:
            raise AlarmEventError(f"detail-type is {kind!r}, not {STATE_CHANGE!r}")
        state, previous = detail["state"], detail.get("previousState", {})
        if state["value"] not in STATES:
            raise AlarmEventError(f"an alarm cannot be {state['value']!r}: {', '.join(sorted(STATES))}")
        configuration = detail.get("configuration", {})
        return AlarmEvent(
            alarm=detail["alarmName"],
            arn=_arn(body),
            state=state["value"],
            at=seconds(state["timestamp"]),
            previous=previous.get("value", ""),
            previous_at=seconds(previous["timestamp"]) if previous.get("timestamp") else 0.0,
            description=configuration.get("description") or "",
            number=_number(state),
            children=tuple(dict.fromkeys(_CHILD.findall(configuration.get("alarmRule") or ""))),
            muted="muteDetail" in detail,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise AlarmEventError(f"lacks {error}" if isinstance(error, KeyError) else str(error)) from None
    except ValueError as error:
        raise AlarmEventError(str(error)) from None


def seconds(text: str) -> float:
    """
    >>> seconds("2019-10-02T17:04:40.989+0000"), seconds("2019-10-02T17:04:40Z")
    (1570035880.989, 1570035880.0)
    """
    # Python 3.10 reads neither Z nor +0000, nor a fraction of other than three or six digits.
    return datetime.fromisoformat(re.sub(r"(Z|[+-]00:?00)$", "+00:00", text)).timestamp()


def _deleted(body: Mapping[str, Any]) -> AlarmEvent:
    return AlarmEvent(alarm=body["detail"]["alarmName"], arn=_arn(body), state=OK, at=seconds(body["time"]))


def _arn(body: Mapping[str, Any]) -> str:
    resources = body.get("resources") or [""]
    return str(resources[0])


def _number(state: Mapping[str, Any]) -> str:
    """The newest datapoint against the threshold: from the reason's words, which name the newest first, or its data."""
    if crossed := _CROSSED.search(state.get("reason") or ""):
        return f"{float(crossed['number']):g} against {float(crossed['threshold']):g}"
    try:
        data = json.loads(state.get("reasonData") or "{}")
        return f"{float(data['recentDatapoints'][-1]):g} against {float(data['threshold']):g}"
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
