"""A dashboard's body, walked ("Dashboard body structure and syntax")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .finding import Path


def widgets(body: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each widget with its path below the dashboard's properties."""
    found = body.get("widgets") if isinstance(body, Mapping) else None
    for place, widget in enumerate(found if isinstance(found, list) else ()):
        if isinstance(widget, Mapping):
            yield ("DashboardBody", "widgets", place), widget


def rows(metrics: Any) -> Iterator[tuple[int, list[str], Mapping[str, Any]]]:
    """Each row of ``metrics``: its place, its fields written out, its options.

    ``"."`` repeats the field above, ``"..."`` as many fields as are missing.

    >>> [fields for _, fields, _ in rows([["NS", "A", "Host", "h"], ["...", "i"], [".", "B", ".", "."]])]
    [['NS', 'A', 'Host', 'h'], ['NS', 'A', 'Host', 'i'], ['NS', 'B', 'Host', 'i']]
    """
    above: list[str] = []
    for place, row in enumerate(metrics if isinstance(metrics, list) else ()):
        if not isinstance(row, list):
            continue
        look = row[-1] if row and isinstance(row[-1], Mapping) else {}
        short = [str(field) for field in row if not isinstance(field, Mapping)]
        fields: list[str] = []
        for field in short:
            if field == "...":
                fields += above[len(fields) : len(fields) + max(0, len(above) - len(short) + 1)]
            else:
                fields.append(above[len(fields)] if field == "." and len(fields) < len(above) else field)
        if fields:
            above = fields
        yield place, fields, look
