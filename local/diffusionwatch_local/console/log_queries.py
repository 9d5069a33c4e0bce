"""Queries of Logs Insights for the page: those of widgets, those that are saved, those that somebody writes there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from diffusionwatch_local.console.log_view import BAR, LINE, TABLE, log_view
from diffusionwatch_local.logs_insights import QueryError, compile_query

Rows = list[dict[str, str]]
_SOURCE = re.compile(r"^\s*SOURCE\b", re.IGNORECASE)


class LogQueries:
    """Asks through AWS's API. ``client`` makes a boto3 client for a service."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._logs = client("logs")

    def known(self) -> dict[str, Any]:
        """The saved queries, and the log groups that can be asked."""
        pages = self._logs.get_paginator("describe_log_groups").paginate()
        groups = sorted(group["logGroupName"] for page in pages for group in page["logGroups"])
        saved = [
            {"name": one["name"], "text": one["queryString"], "groups": one.get("logGroupNames", [])}
            for one in self._logs.describe_query_definitions()["queryDefinitions"]
        ]
        return {"groups": groups, "saved": sorted(saved, key=lambda one: str(one["name"]))}

    def rows(self, text: str, groups: Sequence[str], start: float, end: float) -> tuple[Rows, Mapping[str, float]]:
        """A query's result and what it cost to look. Raises ClientError."""
        named = {} if _SOURCE.match(text) else {"logGroupNames": [*groups]}
        asked = self._logs.start_query(queryString=text, startTime=int(start), endTime=int(end), **named)
        found = self._logs.get_query_results(queryId=asked["queryId"])
        rows = [{field["field"]: field["value"] for field in row} for row in found["results"]]
        return rows, found["statistics"]

    def drawn(self, text: str, view: str, start: float, end: float) -> dict[str, Any]:
        """What a widget draws of its query, which names its log group itself. Raises ClientError."""
        try:
            query = compile_query(text)
        except QueryError as error:
            return {"note": f"This query cannot be answered here. {error}"}
        return log_view(query, view, self.rows(text, (), start, end)[0])

    def record(self, pointer: str) -> dict[str, Any]:
        """All fields of the event behind a row; or ``error``."""
        try:
            return {"record": self._logs.get_log_record(logRecordPointer=pointer)["logRecord"]}
        except ClientError as error:
            return {"error": _said(error)}

    def answered(self, text: str, groups: Sequence[str], start: float, end: float) -> dict[str, Any]:
        """A table of what somebody asks, with a chart where it counts something; or ``error``."""
        try:
            query = compile_query(text)
            rows, statistics = self.rows(text, groups, start, end)
        except QueryError as error:
            return {"error": str(error)}
        except ClientError as error:
            return {"error": _said(error)}
        view = LINE if query.bins else BAR
        chart = log_view(query, view, rows) if query.aggregated and query.by and rows else None
        return {"start": start, "end": end, **log_view(query, TABLE, rows), "chart": chart, "statistics": statistics}


def _said(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", error))
