"""Traces put together from segment documents.

Source: "AWS X-Ray segment documents" (X-Ray developer guide).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

TRACES = 5_000
"""The newest are kept: about ten virtual hours of the demonstration, 20 MB."""
SEGMENT_BYTES = 64 * 1024
_REQUIRED = ("name", "id", "trace_id", "start_time")


class SegmentError(ValueError):
    """A segment document that X-Ray does not take; ``code`` is what it answers."""

    def __init__(self, code: str, message: str, segment_id: str = "") -> None:
        super().__init__(message)
        self.code, self.segment_id = code, segment_id


class Trace:
    """One trace: its segments, by id."""

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        self.segments: dict[str, dict[str, Any]] = {}

    @property
    def root(self) -> Mapping[str, Any]:
        """The segment without a parent, or the first to start."""
        return min(self.segments.values(), key=lambda each: (bool(each.get("parent_id")), each["start_time"]))

    @property
    def start(self) -> float:
        return min(float(segment["start_time"]) for segment in self.segments.values())

    @property
    def end(self) -> float:
        return max(float(segment.get("end_time", segment["start_time"])) for segment in self.segments.values())

    @property
    def duration(self) -> float:
        """Seconds from the first start to the last end."""
        return self.end - self.start

    @property
    def in_progress(self) -> bool:
        return any("end_time" not in segment for segment in self.segments.values())

    def has(self, flag: str) -> bool:
        """Whether a segment is marked ``fault``, ``error`` or ``throttle``."""
        return any(segment.get(flag) is True for segment in self.segments.values())

    def annotations(self) -> dict[str, list[Any]]:
        """Values by key, of segments and subsegments."""
        found: dict[str, list[Any]] = {}
        for segment in self.segments.values():
            for document in _with_subsegments(segment):
                for key, value in document.get("annotations", {}).items():
                    found.setdefault(key, []).append(value)
        return found


def response_time(segment: Mapping[str, Any]) -> float:
    """Seconds from a segment's start to its end."""
    return float(segment.get("end_time", segment["start_time"])) - float(segment["start_time"])


class TraceStore:
    """The newest traces. ``received`` and ``faults`` count segments since the start, and never shrink."""

    def __init__(self) -> None:
        self.received = 0
        self.faults = 0
        self.refused = 0
        self._traces: OrderedDict[str, Trace] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, document: str | bytes) -> None:
        """Takes a segment document; one that is sent again replaces itself.

        Raises:
            SegmentError: X-Ray would not take it.
        """
        try:
            segment = _read(document)
        except SegmentError:
            self.refused += 1
            raise
        with self._lock:
            trace = self._traces.setdefault(segment["trace_id"], Trace(segment["trace_id"]))
            known = trace.segments.get(segment["id"])
            if segment.get("type") == "subsegment":
                _hang_below(trace, segment)
            else:
                trace.segments[segment["id"]] = segment
                # A segment is first sent in progress, then whole: it counts once, when it is whole.
                if "end_time" in segment and (known is None or "end_time" not in known):
                    self.received += 1
                    self.faults += segment.get("fault") is True
            if not trace.segments:
                del self._traces[segment["trace_id"]]
            while len(self._traces) > TRACES:
                self._traces.popitem(last=False)

    def get(self, trace_id: str) -> Trace | None:
        with self._lock:
            return self._traces.get(trace_id)

    def between(self, start: float, end: float) -> list[Trace]:
        """Traces that began in ``[start, end)``, oldest first."""
        with self._lock:
            found = [trace for trace in self._traces.values() if start <= trace.start < end]
        return sorted(found, key=lambda trace: trace.start)


def _read(document: str | bytes) -> dict[str, Any]:
    if len(document) > SEGMENT_BYTES:
        raise SegmentError("SizeLimitExceeded", f"the segment has {len(document)} bytes; at most {SEGMENT_BYTES}")
    try:
        segment = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise SegmentError("ParseError", f"the segment is not JSON: {error}") from None
    if not isinstance(segment, dict):
        raise SegmentError("ParseError", "the segment is not a JSON object")
    missing = [key for key in _REQUIRED if key not in segment]
    if missing:
        said = f"the segment lacks {', '.join(missing)}"
        raise SegmentError("MissingRequiredField", said, str(segment.get("id", "")))
    if not isinstance(segment["start_time"], (int, float)):
        raise SegmentError("InvalidTime", "start_time is seconds since the epoch", segment["id"])
    return segment


def _hang_below(trace: Trace, subsegment: dict[str, Any]) -> None:
    """A subsegment that was sent on its own; one whose parent never came is let go."""
    for segment in trace.segments.values():
        for document in _with_subsegments(segment):
            if document.get("id") == subsegment.get("parent_id"):
                document.setdefault("subsegments", []).append(subsegment)
                return


def _with_subsegments(segment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield segment
    for subsegment in segment.get("subsegments", []):
        yield from _with_subsegments(subsegment)
