"""Things that a service is told, asked for, and told to forget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..server.service import ServiceError

Item = dict[str, Any]


class Kept:
    """Items by key, in the order in which they came.

    >>> addons = Kept("No addon: {key} found", "ResourceNotFoundException", status=404)
    >>> addons.add("a", {"addonName": "a"})["addonName"]
    'a'
    >>> addons["b"]
    Traceback (most recent call last):
    diffusionwatch_local.server.service.ServiceError: No addon: b found
    """

    def __init__(self, missing: str, code: str, status: int = 400) -> None:
        self._missing, self._code, self._status = missing, code, status
        self._items: dict[str, Item] = {}

    def __getitem__(self, key: str) -> Item:
        self._require(key)
        return self._items[key]

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._items.values()))

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def add(self, key: str, item: Mapping[str, Any]) -> Item:
        self._items[key] = dict(item)
        return self._items[key]

    def change(self, key: str, item: Mapping[str, Any]) -> Item:
        self._require(key)
        self._items[key].update({name: value for name, value in item.items() if value is not None})
        return self._items[key]

    def remove(self, key: str) -> Item:
        self._require(key)
        return self._items.pop(key)

    def forget(self, key: str) -> Item:
        """Removes an item and answers nothing, as most deletions do."""
        self.remove(key)
        return {}

    def _require(self, key: str) -> None:
        if key not in self._items:
            raise ServiceError(self._code, self._missing.format(key=key), self._status)
