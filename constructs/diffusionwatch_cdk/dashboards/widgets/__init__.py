"""Widgets as dictionaries, one module a kind."""

from __future__ import annotations

from .alarm import alarm_status
from .log import log_table
from .metric import Line, band, graph, number, threshold
from .text import text

__all__ = ["Line", "alarm_status", "band", "graph", "log_table", "number", "text", "threshold"]
