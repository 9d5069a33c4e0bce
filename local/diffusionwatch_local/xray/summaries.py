"""Traces as GetTraceSummaries and BatchGetTraces show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from .traces import Trace, response_time

_HTTP = {
    "HttpURL": ("request", "url"),
    "HttpMethod": ("request", "method"),
    "UserAgent": ("request", "user_agent"),
    "ClientIp": ("request", "client_ip"),
    "HttpStatus": ("response", "status"),
}


def summary(trace: Trace, account: str) -> dict[str, Any]:
    """One trace in a line."""
    root = trace.root
    http = root.get("http", {})
    services = [service_id(segment, account) for segment in trace.segments.values()]
    return {
        "Id": trace.trace_id,
        "StartTime": datetime.fromtimestamp(trace.start, timezone.utc),
        "Duration": trace.duration,
        "ResponseTime": response_time(root),
        "HasFault": trace.has("fault"),
        "HasError": trace.has("error"),
        "HasThrottle": trace.has("throttle"),
        "IsPartial": trace.in_progress,
        "Http": {key: http[part][name] for key, (part, name) in _HTTP.items() if name in http.get(part, {})},
        "Annotations": {
            key: [{"AnnotationValue": _value(value), "ServiceIds": services} for value in values]
            for key, values in trace.annotations().items()
        },
        "Users": [
            {"UserName": segment["user"], "ServiceIds": [service_id(segment, account)]}
            for segment in trace.segments.values()
            if segment.get("user")
        ],
        "ServiceIds": services,
        "EntryPoint": service_id(root, account),
        "Revision": len(trace.segments),
    }


def whole(trace: Trace) -> dict[str, Any]:
    """One trace with its segment documents."""
    segments = [{"Id": key, "Document": json.dumps(segment)} for key, segment in trace.segments.items()]
    return {"Id": trace.trace_id, "Duration": trace.duration, "LimitExceeded": False, "Segments": segments}


def service_id(segment: Mapping[str, Any], account: str) -> dict[str, Any]:
    kind = segment.get("origin", "")
    return {"Name": segment["name"], "Names": [segment["name"]], "AccountId": account, "Type": kind}


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    return {"NumberValue": float(value)} if isinstance(value, (int, float)) else {"StringValue": str(value)}
