"""Console addresses that open on the time of an incident; `console` is that of CloudWatch in the Region.

AWS does not document them: they are what the console's own address bar shows.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from math import inf
from urllib.parse import quote

from .message import Message

BEFORE, AFTER = 1800.0, 900.0
"""Seconds shown around an incident: what led to it, and whether it is over."""

FAULTS = "fields @timestamp, @message | filter RequestsFaulted > 0 | sort @timestamp desc | limit 100"
"""Faults of the worker's log: its documents carry the class, the host and the request's id."""


def span(message: Message) -> tuple[float, float]:
    """Seconds since the epoch, from before the incident to its end or now."""
    return message.since - BEFORE, (message.at if message.until == inf else message.until) + AFTER


def home(console: str, region: str) -> str:
    """CloudWatch's page in a Region's console, whose address the partition decides.

    >>> home("https://cn-north-1.console.amazonaws.cn", "cn-north-1")
    'https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1'
    """
    return f"{console}/cloudwatch/home?region={region}"


def dashboard(url: str, start: float, end: float) -> str:
    """
    >>> dashboard("https://console/home?region=eu-west-1#dashboards/dashboard/prod-image-api-on-call", 0, 60)
    'https://console/home?region=eu-west-1#dashboards/dashboard/prod-image-api-on-call?start=1970-01-01T00:00:00.000Z&end=1970-01-01T00:01:00.000Z'
    """
    return f"{url}?start={iso(start)}&end={iso(end)}" if url else ""


def logs(console: str, group: str, start: float, end: float) -> str:
    """Logs Insights with the faults of a log group."""
    detail = (
        f"~(end~'{_escaped(iso(end))}~start~'{_escaped(iso(start))}~timeType~'ABSOLUTE~tz~'UTC"
        f"~editorString~'{_escaped(FAULTS)}~source~(~'{_escaped(group)}))"
    )
    return f"{console}#logsV2:logs-insights" + quote(f"?queryDetail={detail}", safe="*~()'.-_").replace("%", "$")


def traces(console: str, service: str, start: float, end: float) -> str:
    """The traces of a service's faults."""
    expression = _escaped(f'service("{service}") {{ fault = true }}')
    time = f"timeRange~(end~'{_escaped(iso(end))}~start~'{_escaped(iso(start))})"
    return f"{console}#xray:traces/query?~(query~(expression~'{expression})~context~({time}))"


def iso(at: float) -> str:
    """
    >>> iso(1570035880.989)
    '2019-10-02T17:04:40.989Z'
    """
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _escaped(text: str) -> str:
    """The console's own notation: all but letters, digits, dot, dash and underscore as * and two hexadecimal digits."""
    return re.sub(rb"[^A-Za-z0-9_.-]", lambda match: f"*{match[0][0]:02x}".encode(), text.encode()).decode()
