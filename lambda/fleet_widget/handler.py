"""The function behind the widget: asks CloudWatch, answers HTML. It has no settings; the dashboard says what to draw.

What goes wrong is said in the widget's place: an exception would only be an empty tile.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .board import board, queries
from .drawing import html, message
from .request import DESCRIPTION, Request, RequestError, dark, read

EVENTS = 1000
"""Lines of the nodes' logs that are looked through: a node that says more than that needs no count."""
PATTERN = '"NVRM: Xid"'


def handler(event: Mapping[str, Any], context: object) -> str:
    """The entry point: Markdown for `describe`, else HTML."""
    if event.get("describe"):
        return DESCRIPTION
    try:
        request = read(event)
        return html(request, board(request, _metrics(request), _log(request)))
    except RequestError as error:
        return message(str(error), dark(event))
    except ClientError as error:
        return message(f"CloudWatch refuses {error.operation_name}: {error.response['Error'].get('Code')}", dark(event))
    except BotoCoreError as error:
        return message(f"CloudWatch does not answer: {type(error).__name__}", dark(event))


def _metrics(request: Request) -> Iterator[Mapping[str, Any]]:
    pages = (
        _client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=queries(request),
            StartTime=_moment(request.start),
            EndTime=_moment(request.end),
            ScanBy="TimestampAscending",
        )
    )
    for page in pages:
        yield from page["MetricDataResults"]


def _log(request: Request) -> Iterator[Mapping[str, Any]]:
    if not request.node_log_group:
        return
    logs = _client("logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=request.node_log_group,
            filterPattern=PATTERN,
            startTime=int(request.start * 1000),
            endTime=int(request.end * 1000),
            PaginationConfig={"MaxItems": EVENTS},
        )
        for page in pages:
            yield from page["events"]
    except logs.exceptions.ResourceNotFoundException:
        return


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


@functools.cache
def _client(name: str) -> Any:
    return boto3.client(name)  # type: ignore[call-overload]
