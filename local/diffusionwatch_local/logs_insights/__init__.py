"""The query language of CloudWatch Logs Insights over log events in memory: no AWS, no clock, no socket.

>>> query = compile_query('filter ms > 100 | stats count(*) as slow, avg(ms) by model | sort slow desc')
>>> events = [Event(0, '{"ms": 120, "model": "sdxl"}'), Event(1000, '{"ms": 9, "model": "sdxl"}')]
>>> query.run(events).rows
[{'model': 'sdxl', 'slow': '1', 'avg(ms)': '120'}]

A command or a function that is not evaluated here is refused by its name: a table that ignores part of its query would
be a wrong table. Where AWS's guide is silent, `values` and `aggregates` say what holds here.
"""

from __future__ import annotations

from .errors import QueryError
from .events import Event
from .query import Query, Result, compile_query

__all__ = ["Event", "Query", "QueryError", "Result", "compile_query"]
