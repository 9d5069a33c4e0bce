"""A log widget's result as its view draws it ("stats": which queries can be drawn as what).

>>> from diffusionwatch_local.logs_insights import compile_query
>>> query = compile_query("stats avg(ms) as mean by steps")
>>> log_view(query, "bar", [{"steps": "30", "mean": "1500"}, {"steps": "50", "mean": "2500"}])["bars"]
{'by': 'steps', 'names': ['30', '50'], 'values': [{'label': 'mean', 'values': [1500.0, 2500.0]}]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from diffusionwatch_local.logs_insights import Query
from diffusionwatch_local.logs_insights.events import POINTER
from diffusionwatch_local.logs_insights.values import number

TABLE, BAR, PIE, LINE, STACKED = "table", "bar", "pie", "timeSeries", "stackedArea"
VIEWS = (TABLE, BAR, PIE, LINE, STACKED)
"""Of a log widget ("Dashboard body structure and syntax", log widgets)."""

Rows = Sequence[Mapping[str, str]]


def log_view(query: Query, view: str, rows: Rows) -> dict[str, Any]:
    """What the page draws: a table, bars or a pie by the groups of ``stats``, lines over its ``bin``, or a note."""
    if view == TABLE or view not in VIEWS:
        return {"columns": [name for name in query.result_columns if name != POINTER], "rows": [*rows]}
    values = [name for name in query.result_columns if name not in query.by]
    if not query.aggregated or not values:
        return {"note": f"A {view} view draws what stats counts; this query has none"}
    if query.bins and view in (LINE, STACKED):
        return {"series": _lines(query, values, rows)}
    if view in (LINE, STACKED):
        return {"note": f"A {view} view needs a bin() to group by"}
    labels = [" ".join(row.get(name, "–") for name in query.by) for row in rows]
    return {
        "bars": {
            "by": ", ".join(query.by),
            "names": labels,
            "values": [{"label": name, "values": [number(row.get(name)) for row in rows]} for name in values],
        }
    }


def _lines(query: Query, values: Sequence[str], rows: Rows) -> list[dict[str, Any]]:
    """One line for each value, of each combination of the other groups."""
    bin_name, period = query.bins[0]
    others = [name for name in query.by if name != bin_name]
    found: dict[str, list[list[float]]] = {}
    for row in sorted(rows, key=lambda row: row.get(bin_name, "")):
        of = [row.get(name, "–") for name in others]
        for name in values:
            label = " ".join([*of, *([name] if len(values) > 1 or not of else [])])
            value = number(row.get(name))
            if value is not None and bin_name in row:
                found.setdefault(label, []).append([_seconds(row[bin_name]), value])
    look = {"color": "", "axis": "left", "period": period}
    return [{"label": label, **look, "points": points} for label, points in found.items()]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()
