"""Answers in pages, with the place to go on from as the token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from ..server.service import ServiceError

T = TypeVar("T")


def page(items: Sequence[T], token: str | None, size: int) -> tuple[Sequence[T], dict[str, Any]]:
    """The items of one page, and ``NextToken`` where there are more.

    >>> page("abcde", None, 2), page("abcde", "4", 2)
    (('ab', {'NextToken': '2'}), ('e', {}))
    """
    try:
        start = int(token or 0)
    except ValueError:
        raise ServiceError("InvalidNextToken", f"{token!r} is no token of this listing") from None
    end = start + size
    return items[start:end], {"NextToken": str(end)} if end < len(items) else {}
