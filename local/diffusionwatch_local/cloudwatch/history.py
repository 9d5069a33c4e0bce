"""What happened to the alarms: DescribeAlarmHistory, and the transitions that a demonstration tells of."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..server.service import Operation
from .messages import Change
from .paging import page
from .times import moment, seconds, stamp

ITEMS = 20_000
"""Kept; AWS keeps 30 days, which at a fast clock are half a day."""
ITEMS_A_PAGE = 100


@dataclass(frozen=True)
class Item:
    """One entry of an alarm's history, at ``at`` seconds since the epoch."""

    alarm: str
    alarm_type: str
    at: float
    kind: str
    summary: str
    data: str


class AlarmHistory:
    """Newest last, bounded."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque(maxlen=ITEMS)

    def operations(self) -> Mapping[str, Operation]:
        return {"DescribeAlarmHistory": self.describe_alarm_history}

    def state_changed(self, change: Change) -> None:
        states = {
            key: {"stateValue": state.value, "stateReason": state.reason}
            for key, state in (("oldState", change.old), ("newState", change.new))
        }
        summary = f"Alarm updated from {change.old.value} to {change.new.value}"
        self._add(change.alarm.name, change.alarm.kind, change.new.since, "StateUpdate", summary, states)

    def configured(self, alarm: str, alarm_type: str, at: float, what: str) -> None:
        """``what`` is created, updated or deleted."""
        self._add(alarm, alarm_type, at, "ConfigurationUpdate", f'Alarm "{alarm}" {what}', {"type": what.capitalize()})

    def acted(self, change: Change, action: str, at: float, error: str | None) -> None:
        """An action was run, or failed."""
        summary = f"Successfully executed action {action}" if error is None else f"Failed to execute action {action}"
        data = {"actionState": "Succeeded" if error is None else "Failed", "notificationResource": action}
        self._add(change.alarm.name, change.alarm.kind, at, "Action", summary, {**data, "error": error})

    def describe_alarm_history(self, params: dict[str, Any]) -> dict[str, Any]:
        name, kind = params.get("AlarmName"), params.get("HistoryItemType")
        types = params.get("AlarmTypes") or ["MetricAlarm"]
        start, end = (seconds(params[key]) if key in params else None for key in ("StartDate", "EndDate"))
        found = [
            item
            for item in list(self._items)
            if name in (None, item.alarm)
            and (name is not None or item.alarm_type in types)
            and kind in (None, item.kind)
            and (start is None or item.at >= start)
            and (end is None or item.at <= end)
        ]
        if params.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            found.reverse()
        shown, token = page(found, params.get("NextToken"), params.get("MaxRecords", ITEMS_A_PAGE))
        return {"AlarmHistoryItems": [_described(item) for item in shown], **token}

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(item) for item in list(self._items)]

    def load(self, items: list[dict[str, Any]], now: float) -> None:
        """Takes back what was dumped, without what a clock that starts again has still before it."""
        self._items.extend(Item(**item) for item in items if item["at"] <= now)

    def _add(self, alarm: str, alarm_type: str, at: float, kind: str, summary: str, data: dict[str, Any]) -> None:
        text = json.dumps({"version": "1.0", "time": stamp(at), **data})
        self._items.append(Item(alarm, alarm_type, at, kind, summary[:255], text[:4095]))


def _described(item: Item) -> dict[str, Any]:
    return {
        "AlarmName": item.alarm,
        "AlarmType": item.alarm_type,
        "Timestamp": moment(item.at),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }
