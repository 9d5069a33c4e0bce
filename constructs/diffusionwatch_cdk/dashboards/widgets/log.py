from __future__ import annotations

from ..layout import Widget


def log_table(title: str, log_group: str, query: str, *, region: str, width: int, height: int) -> Widget:
    """The result of a Logs Insights query as a table."""
    return {
        "type": "log",
        "width": width,
        "height": height,
        "properties": {
            "title": title,
            "region": region,
            "view": "table",
            "query": f"SOURCE '{log_group}' | {query}",
        },
    }
