"""A log event and the fields that are found in it ("Supported logs and discovered fields")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from .values import Timestamp, Value

TIMESTAMP, MESSAGE, POINTER = "@timestamp", "@message", "@ptr"
NOT_DISCOVERED = (
    *("@entity", "@requestId", "@duration", "@billedDuration", "@initDuration", "@type"),
    *("@maxMemoryUsed", "@memorySize", "@xrayTraceId", "@xraySegmentId"),
)
"""What AWS finds in a function's REPORT lines and in entities, and nobody finds here."""
DISCOVERED = 200


@dataclass(frozen=True)
class Event:
    """One log event; times in milliseconds, ``log`` is ``account:group``."""

    timestamp: int
    message: str
    stream: str = ""
    log: str = ""
    pointer: str = ""
    ingested: int = 0


@dataclass
class Row:
    """An event under a query: what it holds, and what the query made beside it."""

    event: Event
    made: dict[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """A field's value, None where there is none."""
        if name in self.made:
            return self.made[name]
        if name.startswith("@") and not name.startswith("@@"):
            return self._of_system(name)
        # "If the name of a discovered log field starts with @, it is displayed with an additional @."
        name = name.removeprefix("@")
        return leaf(self._document, name) if self._may_have(name) else None

    def __setitem__(self, name: str, value: Value) -> None:
        self.made[name] = value

    def _of_system(self, name: str) -> Value:
        event = self.event
        if name == TIMESTAMP:
            return Timestamp(event.timestamp)
        if name == "@ingestionTime":
            return Timestamp(event.ingested)
        return {MESSAGE: event.message, "@logStream": event.stream, "@log": event.log, POINTER: event.pointer}.get(name)

    def _may_have(self, name: str) -> bool:
        """Whether the text holds the name at all, which is found a hundred times faster than the text is read."""
        text = self.event.message
        return name.partition(".")[0] in text or "\\u" in text

    @cached_property
    def _document(self) -> dict[str, Any]:
        if not self.event.message.lstrip().startswith("{"):
            return {}
        try:
            found = orjson.loads(self.event.message)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def leaves(message: str) -> list[str]:
    """The names of the fields that a JSON event has, at most 200 ("Supported logs and discovered fields").

    >>> leaves('{"a": {"b": [1, 2]}, "c": "x"}')
    ['a.b.0', 'a.b.1', 'c']
    """
    return [name.removeprefix(".") for name in _names(Row(Event(0, message))._document, "")][:DISCOVERED]


def _names(found: Any, name: str) -> Iterator[str]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else None
    if inner is None:
        yield name
        return
    for key, value in inner:
        yield from _names(value, f"{name}.{'@' if not name and str(key).startswith('@') else ''}{key}")


def leaf(document: Any, name: str) -> Value:
    """
    >>> leaf({"a": {"b": [{"c": 7}]}, "x.y": 1, "z": None}, "a.b.0.c"), leaf({"x.y": 1}, "x.y")
    (7, 1)
    """
    found = _found(document, name)
    if isinstance(found, bool):
        return int(found)
    return found if isinstance(found, (int, float, str)) else None


def _found(document: Any, name: str) -> Any:
    """Through objects and lists; a key may itself have dots, so the longest is tried first."""
    if isinstance(document, list):
        head, _, rest = name.partition(".")
        if not (head.isdecimal() and int(head) < len(document)):
            return None
        return _found(document[int(head)], rest) if rest else document[int(head)]
    if not isinstance(document, dict):
        return None
    if name in document:
        return document[name]
    place = name.rfind(".")
    while place > 0:
        if name[:place] in document:
            return _found(document[name[:place]], name[place + 1 :])
        place = name.rfind(".", 0, place)
    return None
