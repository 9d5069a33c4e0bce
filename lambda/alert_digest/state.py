"""Everything that the digest remembers, as one value, and its way to JSON and back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from .alarm import Alarm
from .incidents import Group
from .message import Message


@dataclass(frozen=True)
class Delivery:
    """Messages on their way to one route: one, or a digest of several. `key` is the idempotency key."""

    key: str
    route: str
    messages: tuple[Message, ...]
    made: float
    attempts: int = 0
    not_before: float = 0.0
    leased_until: float = 0.0
    """another copy of the function is sending it, until then"""


@dataclass(frozen=True)
class Outlet:
    """One route: what waits for it to open or for a storm to pass, and what it was given lately."""

    held: tuple[Message, ...] = ()
    given: tuple[float, ...] = ()
    digest_at: float = 0.0
    count: int = 0
    threads: Mapping[str, str] = field(default_factory=dict)
    """open incident to whatever the channel needs to answer its first message"""


@dataclass(frozen=True)
class State:
    """Alarms by name, groups by service and cause, routes by name, and the outbox in the order of its making."""

    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    outlets: Mapping[str, Outlet] = field(default_factory=dict)
    outbox: tuple[Delivery, ...] = ()
    at: float = 0.0
    """the last step that changed anything"""


def dump(state: State) -> bytes:
    """Compressed, since descriptions repeat themselves and an item of DynamoDB holds 400 KB."""
    return zlib.compress(json.dumps(_plain(state), separators=(",", ":")).encode())


def load(data: bytes) -> State:
    """
    >>> load(dump(State())) == State()
    True
    """
    read: State = built(State, json.loads(zlib.decompress(data)))
    return read


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        # What has its default is left out: an item stays small, and a new field needs no migration.
        return {f.name: _plain(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def built(kind: Any, data: Any) -> Any:
    """A value of a dataclass from plain data; what the class does not know is left out, as after a rollback.

    >>> from .alarm import Fact
    >>> built(Fact, {"at": 1.0, "state": "OK", "of a newer version": 1})
    Fact(at=1.0, state='OK', muted=False, seen=0.0)
    """
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: built(hints[name], value) for name, value in data.items() if name in hints})
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else inner
        return tuple(built(each, value) for each, value in zip(kinds, data, strict=True))
    if origin is not None and inner and type(None) in inner:
        return None if data is None else built(inner[0], data)
    if origin is not None:  # a mapping
        return {key: built(inner[1], value) for key, value in data.items()}
    return data
