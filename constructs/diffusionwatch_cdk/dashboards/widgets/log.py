from __future__ import annotations

from typing import Literal

from ..layout import Widget

View = Literal["table", "bar"]


def log_table(title: str, log_group: str, query: str, *, region: str, width: int, height: int) -> Widget:
    """The result of a Logs Insights query as a table."""
    return _log(title, log_group, query, region=region, width=width, height=height, view="table")


def log_bars(title: str, log_group: str, query: str, *, region: str, width: int, height: int) -> Widget:
    """What a query counts by a field, as bars in the order of its result ("stats: log data grouped by fields")."""
    return _log(title, log_group, query, region=region, width=width, height=height, view="bar")


def _log(title: str, log_group: str, query: str, *, region: str, width: int, height: int, view: View) -> Widget:
    return {
        "type": "log",
        "width": width,
        "height": height,
        "properties": {
            "title": title,
            "region": region,
            "view": view,
            "query": f"SOURCE '{log_group}' | {query}",
        },
    }
