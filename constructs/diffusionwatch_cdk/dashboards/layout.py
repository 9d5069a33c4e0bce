"""Where widgets stand: rows of a 24-column grid ("Dashboard body structure and syntax", API reference)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

COLUMNS = 24
WIDGETS_LIMIT = 500

Widget = dict[str, Any]


def body(rows: Iterable[Sequence[Widget]], *, start: str, **more: Any) -> dict[str, Any]:
    """A dashboard's body: each row's widgets side by side, each row below the tallest of the one before.

    Raises ValueError for a row wider than 24 columns: it would be drawn over its neighbours.
    """
    placed: list[Widget] = []
    top = 0
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
    return {"start": start, "periodOverride": "inherit", "widgets": placed, **more}
