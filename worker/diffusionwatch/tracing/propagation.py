"""Trace headers: X-Ray's and W3C's name the same 128-bit trace id and 64-bit parent id.

Sources: "AWS X-Ray concepts" (Tracing header), "Amazon SQS and AWS X-Ray", W3C Trace Context.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_ROOT = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
_PARENT = re.compile(r"[0-9a-f]{16}")
# Neither the version ff nor an id of zeros names anything (W3C Trace Context, "traceparent Header Field Values").
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{8})([0-9a-f]{24})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})"
)


class Parent(NamedTuple):
    """Where a trace comes from. ``sampled`` is None when nobody has decided yet."""

    trace_id: str
    parent_id: str | None
    sampled: bool | None


def parent_of(carrier: Mapping[str, str]) -> Parent | None:
    """The parent named by ``traceparent``, else by ``AWSTraceHeader``.

    >>> parent_of({"AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"})
    Parent(trace_id='1-5759e988-bd862e3fe1be46a994272793', parent_id='53995c3f42cd8ad8', sampled=True)
    """
    if found := _TRACEPARENT.fullmatch(carrier.get("traceparent", "").strip()):
        return Parent(f"1-{found[1]}-{found[2]}", found[3], bool(int(found[4], 16) & 1))
    fields = dict(part.strip().partition("=")[::2] for part in carrier.get("AWSTraceHeader", "").split(";"))
    root = fields.get("Root", "")
    if not _ROOT.fullmatch(root):
        return None
    parent = fields.get("Parent", "")
    return Parent(
        root, parent if _PARENT.fullmatch(parent) else None, {"1": True, "0": False}.get(fields.get("Sampled", ""))
    )


def carrier_of(message: Mapping[str, Any]) -> dict[str, str]:
    """The trace headers of an SQS message as boto3 gives it."""
    attributes = message.get("MessageAttributes") or {}
    system = message.get("Attributes") or {}
    found = {
        "traceparent": attributes.get("traceparent", {}).get("StringValue"),
        "AWSTraceHeader": system.get("AWSTraceHeader"),
    }
    return {name: text for name, text in found.items() if isinstance(text, str)}


def xray_header(trace_id: str, span_id: str, sampled: bool) -> str:
    return f"Root={trace_id};Parent={span_id};Sampled={int(sampled)}"


def traceparent(trace_id: str, span_id: str, sampled: bool) -> str:
    return f"00-{trace_id[2:10]}{trace_id[11:]}-{span_id}-{int(sampled):02d}"
