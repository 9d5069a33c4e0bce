"""Values of a template as what they should be: anything else counts as empty, since another tool names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """
    >>> mapping({"a": 1}), mapping("a")
    ({'a': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Any]:
    """
    >>> items([1]), items(None), items("a")
    ([1], [], [])
    """
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [one for one in items(value) if isinstance(one, Mapping)]
