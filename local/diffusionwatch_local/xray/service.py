"""The ``xray`` service."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError
from .filter_expression import FilterExpressionError, compile_filter
from .groups import Groups
from .sampling import SamplingRules
from .summaries import summary, whole
from .tags import Tags
from .traces import SegmentError, TraceStore
from .transaction_search import TransactionSearch

SUMMARIES_A_PAGE = 100
TRACES_A_REQUEST = 5
"""Of BatchGetTraces."""
SETTLE_SECONDS = 60.0
"""Groups are counted so long after the minute's end: a segment is sent when its request ends."""


class XRayService:
    """Traces, groups and sampling rules; the groups' metric goes into ``store``."""

    name = "xray"

    def __init__(self, store: MetricStore, clock: Clock, *, region: str = "us-east-1", account: str = "111122223333"):
        self.traces = TraceStore()
        self._store, self._clock, self._account = store, clock, account
        self._tags = Tags()
        self._groups = Groups(region, account, self._tags)
        self._sampling = SamplingRules(region, account, clock, self._tags)
        self._search = TransactionSearch(clock)
        self._policies: dict[str, dict[str, Any]] = {}
        self._counted = clock.time() // 60 * 60
        self._ticking = threading.Lock()

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutTraceSegments": self._put_trace_segments,
            "GetTraceSummaries": self._get_trace_summaries,
            "BatchGetTraces": self._batch_get_traces,
            "PutTelemetryRecords": lambda params: {},
            "PutResourcePolicy": self._put_policy,
            "DeleteResourcePolicy": self._delete_policy,
            "ListResourcePolicies": lambda params: {"ResourcePolicies": list(self._policies.values())},
            **self._groups.operations(),
            **self._sampling.operations(),
            **self._tags.operations(),
            **self._search.operations(),
        }

    def tick(self, now: float) -> None:
        """Counts the groups' traces, minute by minute."""
        with self._ticking:
            while self._counted + 60 + SETTLE_SECONDS <= now:
                self._groups.count(self.traces, self._store, self._counted, self._counted + 60)
                self._counted += 60

    def _put_trace_segments(self, params: dict[str, Any]) -> dict[str, Any]:
        refused = [self._refused(document) for document in params["TraceSegmentDocuments"]]
        return {"UnprocessedTraceSegments": [each for each in refused if each is not None]}

    def _refused(self, document: str) -> dict[str, str] | None:
        try:
            self.traces.put(document)
        except SegmentError as error:
            return {"Id": error.segment_id, "ErrorCode": error.code, "Message": str(error)}
        return None

    def _get_trace_summaries(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            matches = compile_filter(params.get("FilterExpression", ""))
        except FilterExpressionError as error:
            raise ServiceError("InvalidRequestException", f"FilterExpression: {error}") from None
        within = self.traces.between(_seconds(params["StartTime"]), _seconds(params["EndTime"]))
        found = [trace for trace in within if matches(trace)]
        start = int(params.get("NextToken") or 0)
        end = start + SUMMARIES_A_PAGE
        return {
            "TraceSummaries": [summary(trace, self._account) for trace in found[start:end]],
            "ApproximateTime": datetime.fromtimestamp(self._clock.time(), timezone.utc),
            "TracesProcessedCount": len(within),
            **({"NextToken": str(end)} if end < len(found) else {}),
        }

    def _batch_get_traces(self, params: dict[str, Any]) -> dict[str, Any]:
        ids = params["TraceIds"]
        if len(ids) > TRACES_A_REQUEST:
            raise ServiceError("InvalidRequestException", f"{len(ids)} traces; at most {TRACES_A_REQUEST} in a request")
        held = [(each, self.traces.get(each)) for each in ids]
        return {
            "Traces": [whole(trace) for _, trace in held if trace is not None],
            "UnprocessedTraceIds": [each for each, trace in held if trace is None],
        }

    def _put_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        policy = {
            "PolicyName": params["PolicyName"],
            "PolicyDocument": params["PolicyDocument"],
            "LastUpdatedTime": datetime.fromtimestamp(self._clock.time(), timezone.utc),
        }
        self._policies[params["PolicyName"]] = policy
        return {"ResourcePolicy": policy}

    def _delete_policy(self, params: dict[str, Any]) -> None:
        self._policies.pop(params["PolicyName"], None)


def _seconds(value: datetime | float) -> float:
    """A datetime without a zone is UTC: moto's parser gives such."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).timestamp()
    return float(value)
