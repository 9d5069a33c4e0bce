"""Widgets as dictionaries, one module a kind."""

from __future__ import annotations

from .alarm import alarm_status
from .custom import custom
from .log import log_bars, log_table
from .metric import Line, alarm_line, graph, number, search, threshold
from .text import text

__all__ = [
    "Line",
    "alarm_line",
    "alarm_status",
    "custom",
    "graph",
    "log_bars",
    "log_table",
    "number",
    "search",
    "text",
    "threshold",
]
