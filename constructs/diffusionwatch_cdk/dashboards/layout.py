"""Where widgets stand: rows of a 24-column grid ("Dashboard body structure and syntax", API reference)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

COLUMNS = 24
WIDGETS_LIMIT = 500

Widget = dict[str, Any]


def body(rows: Iterable[Sequence[Widget]], *, start: str, **more: Any) -> dict[str, Any]:
    """A dashboard's body: each row's widgets side by side, each row below the tallest of the one before.

    Raises ValueError for a row wider than 24 columns: it would be drawn over its neighbours.
    """
    return below({"start": start, "periodOverride": "inherit", "widgets": [], **more}, rows)


def below(body: Mapping[str, Any], rows: Iterable[Sequence[Widget]]) -> dict[str, Any]:
    """The body with rows below what it has; raises as ``body`` does."""
    placed: list[Widget] = list(body["widgets"])
    top = max((widget["y"] + widget["height"] for widget in placed), default=0)
    for row in rows:
        left = 0
        for widget in row:
            placed.append({**widget, "x": left, "y": top})
            left += widget["width"]
        if left > COLUMNS:
            raise ValueError(f"a row of {left} columns; a dashboard has {COLUMNS}")
        top += max((widget["height"] for widget in row), default=0)
    if len(placed) > WIDGETS_LIMIT:
        raise ValueError(f"{len(placed)} widgets; a dashboard holds {WIDGETS_LIMIT}")
    return {**body, "widgets": placed}
