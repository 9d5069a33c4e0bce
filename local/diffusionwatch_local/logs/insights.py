"""Queries of Logs Insights: StartQuery, GetQueryResults, StopQuery, DescribeQueries, GetLogRecord.

A query has run when StartQuery answers; its results are kept as long as a hundred newer ones are not asked for.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from diffusionwatch.clock import Clock

from ..logs_insights import Event, QueryError, Result, compile_query
from ..logs_insights.events import Row, leaves
from ..logs_insights.query import LIMIT
from ..logs_insights.values import written
from ..server.service import Operation, ServiceError
from .storage import LogStorage

KEPT = 100
GROUPS = 50
"""Of one query ("StartQuery", CloudWatch Logs API reference)."""
_ONE_OF = ("logGroupName", "logGroupNames", "logGroupIdentifiers")


@dataclass(frozen=True)
class Answered:
    """A query that has run."""

    id: str
    text: str
    groups: tuple[str, ...]
    created: int
    result: Result

    @property
    def described(self) -> dict[str, Any]:
        about = {"queryLanguage": "CWLI", "queryId": self.id, "queryString": self.text, "status": "Complete"}
        of = {"logGroupName": self.groups[0]} if len(self.groups) == 1 else {}
        return {**about, "createTime": self.created, "bytesScanned": float(self.result.size), **of}


class InsightsQueries:
    """Answers queries over the stored log events."""

    def __init__(self, storage: LogStorage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock
        self._answered: dict[str, Answered] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "StartQuery": self._start,
            "GetQueryResults": self._results,
            "StopQuery": self._stop,
            "DescribeQueries": self._describe,
            "GetLogRecord": self._record,
        }

    def _start(self, params: dict[str, Any]) -> dict[str, Any]:
        if params.get("queryLanguage", "CWLI") != "CWLI":
            raise _invalid(f"The query language {params['queryLanguage']} is not evaluated here; CWLI is")
        start, end = params["startTime"], params["endTime"]
        if start > end:
            raise _invalid("The query's end time is before its start time")
        now = self._clock.time()
        try:
            query = compile_query(params["queryString"], now)
            groups = self._groups(params, query.groups)
            events = (
                event for group in groups for event in self._storage.events(group, start * 1000, end * 1000 + 999)
            )
            result = query.run(events, params.get("limit", LIMIT))
        except QueryError as error:
            raise ServiceError("MalformedQueryException", str(error)) from None
        answered = Answered(str(uuid4()), params["queryString"], groups, int(now * 1000), result)
        self._answered[answered.id] = answered
        for old in list(self._answered)[:-KEPT]:
            self._answered.pop(old, None)
        return {"queryId": answered.id}

    def _groups(self, params: Mapping[str, Any], of_query: Sequence[str]) -> tuple[str, ...]:
        given = [params[key] for key in _ONE_OF if params.get(key)]
        if len(given) + bool(of_query) != 1:
            raise _invalid(f"A query names its log groups once: by {', '.join(_ONE_OF)} or by SOURCE")
        named = given[0] if given else of_query
        names = tuple(dict.fromkeys(_name(one) for one in ([named] if isinstance(named, str) else named)))
        if len(names) > GROUPS:
            raise _invalid(f"{len(names)} log groups; a query takes at most {GROUPS}")
        foreign = [one for one in named if one.startswith("arn:") and one.split(":")[4] != self._storage.account]
        missing = [*foreign, *(name for name in names if not self._storage.exists(name))]
        if missing:
            raise _missing(f"Log group '{missing[0]}' does not exist")
        return names

    def _results(self, params: dict[str, Any]) -> dict[str, Any]:
        answered = self._found(params)
        result = answered.result
        rows = [[{"field": name, "value": row[name]} for name in result.columns if name in row] for row in result.rows]
        statistics = {
            "recordsMatched": float(result.matched),
            "recordsScanned": float(result.scanned),
            "bytesScanned": float(result.size),
            "logGroupsScanned": float(len(answered.groups)),
        }
        return {"queryLanguage": "CWLI", "results": rows, "statistics": statistics, "status": "Complete"}

    def _stop(self, params: dict[str, Any]) -> dict[str, Any]:
        self._found(params)
        raise _invalid(f"Query {params['queryId']} has already ended with the status Complete")

    def _describe(self, params: dict[str, Any]) -> dict[str, Any]:
        group, status = params.get("logGroupName"), params.get("status", "Complete")
        newest = [one for one in reversed(self._answered.values()) if group is None or group in one.groups]
        return {"queries": [one.described for one in newest[: params.get("maxResults", KEPT)] if status == "Complete"]}

    def _record(self, params: dict[str, Any]) -> dict[str, Any]:
        event = next(self._pointed(params["logRecordPointer"]), None)
        if event is None:
            raise _invalid("The pointer is that of no log event that is kept")
        row = Row(event)
        names = ("@timestamp", "@message", "@logStream", "@log", "@ingestionTime", "@ptr", *leaves(event.message))
        return {"logRecord": {name: text for name in names if (text := written(row.get(name))) is not None}}

    def _pointed(self, pointer: str) -> Iterator[Event]:
        try:
            group, _, _ = base64.b64decode(pointer, validate=True).decode().partition("\n")
        except ValueError:
            return
        if self._storage.exists(group):
            yield from (event for event in self._storage.events(group) if event.pointer == pointer)

    def _found(self, params: Mapping[str, Any]) -> Answered:
        found = self._answered.get(params["queryId"])
        if found is None:
            raise _missing(f"Query {params['queryId']} does not exist")
        return found


def _name(identifier: str) -> str:
    """A group's name, of its name or its ARN."""
    return identifier.split(":log-group:", 1)[-1].removesuffix(":*")


def _invalid(said: str) -> ServiceError:
    return ServiceError("InvalidParameterException", said)


def _missing(said: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", said)
