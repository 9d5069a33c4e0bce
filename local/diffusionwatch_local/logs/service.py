"""The ``logs`` service, where it feeds metrics and answers queries. Everything else is moto's."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cloudwatch_simulator import MetricStore
from diffusionwatch.clock import Clock

from ..server.service import FallThrough, Operation, ServiceError
from .emf import EmfError, errors_metric, extract
from .field_indexes import FieldIndexes
from .filter_pattern import FilterPatternError, compile_pattern
from .insights import InsightsQueries
from .metric_filters import MetricFilters, check
from .storage import LogStorage

PAST_SECONDS = 14 * 24 * 3600
FUTURE_SECONDS = 2 * 3600
"""What PutLogEvents accepts, before and after now ("PutLogEvents", CloudWatch Logs API reference)."""
BATCH_BYTES = 1_048_576
EVENT_OVERHEAD_BYTES = 26
BATCH_EVENTS = 10_000


class LogsService:
    """Takes log events, once each, into the log storage and their metrics into the metric store.

    Events are dated by the common clock, so moto, which knows the wall's alone, only keeps them.
    """

    name = "logs"

    def __init__(self, store: MetricStore, clock: Clock, *, region: str = "us-east-1", account: str = "111122223333"):
        self.storage = LogStorage(account, region, clock)
        self.events: Counter[str] = Counter()
        """Events taken, by log group."""
        self.refused: Counter[str] = Counter()
        """Events whose metrics were refused, by log group."""
        self.last_refusal = ""
        """Why the newest of them was."""
        self._store = store
        self._clock = clock
        self._filters = MetricFilters(store)
        self._indexes = FieldIndexes(clock)
        self._queries = InsightsQueries(self.storage, clock)
        self._without_metrics: set[str] = set()
        self._lock = threading.Lock()

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateLogGroup": self._create_log_group,
            "PutLogEvents": self._put_log_events,
            "PutMetricFilter": self._put_metric_filter,
            "TestMetricFilter": self._test_metric_filter,
            **self._indexes.operations(),
            **self._queries.operations(),
        }

    def put(self, group: str, stream: str, events: Sequence[Mapping[str, Any]], *, create: bool = False) -> None:
        """Takes events (``timestamp`` in milliseconds, ``message``) as the service does.

        Args:
            create: makes the group and the stream where they lack, as the CloudWatch agent does.

        Raises:
            ServiceError: the group or the stream does not exist.
        """
        # Without the lock: a subscription filter may run a function, and that logs too.
        self.storage.put(group, stream, events, create=create)
        with self._lock:
            self.events[group] += len(events)
            if group in self._without_metrics:
                return
            for event in events:
                self._extract(group, event["message"])
            self._filters.apply(self.storage.metric_filters(group), events)

    def _extract(self, group: str, message: str) -> None:
        try:
            for datum in extract(message):
                datum.put(self._store)
        except EmfError as error:
            self.refused[group] += 1
            self.last_refusal = str(error)
            self._store.put(errors_metric(error.counted_as, group), self._clock.time(), [1], unit="Count")

    def _put_log_events(self, params: dict[str, Any]) -> dict[str, Any]:
        events = params["logEvents"]
        _check_batch(events)
        now = self._clock.time()
        oldest, newest = (now - PAST_SECONDS) * 1000, (now + FUTURE_SECONDS) * 1000
        too_old = sum(event["timestamp"] < oldest for event in events)
        not_too_new = sum(event["timestamp"] <= newest for event in events)
        self.put(params["logGroupName"], params["logStreamName"], events[too_old:not_too_new])
        rejected = {}
        if too_old:
            rejected["tooOldLogEventEndIndex"] = too_old
        if not_too_new < len(events):
            rejected["tooNewLogEventStartIndex"] = not_too_new
        return {"nextSequenceToken": "0", **({"rejectedLogEventsInfo": rejected} if rejected else {})}

    def _create_log_group(self, params: dict[str, Any]) -> None:
        # "Log classes" (CloudWatch Logs user guide): no embedded metrics, no metric filters in Infrequent Access.
        if params.get("logGroupClass") == "INFREQUENT_ACCESS":
            self._without_metrics.add(params["logGroupName"])
        else:
            self._without_metrics.discard(params["logGroupName"])
        raise FallThrough

    def _put_metric_filter(self, params: dict[str, Any]) -> None:
        try:
            check(params["filterPattern"], params["metricTransformations"])
        except FilterPatternError as error:
            raise ServiceError("InvalidParameterException", str(error)) from None
        self.storage.forget_metric_filter(params["logGroupName"], params["filterName"])
        raise FallThrough

    def _test_metric_filter(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            matches = compile_pattern(params["filterPattern"])
        except FilterPatternError as error:
            raise ServiceError("InvalidParameterException", str(error)) from None
        return {
            "matches": [
                {"eventNumber": number, "eventMessage": message, "extractedValues": {}}
                for number, message in enumerate(params["logEventMessages"], start=1)
                if matches(message)
            ]
        }


def _check_batch(events: Sequence[Mapping[str, Any]]) -> None:
    size = sum(len(event["message"].encode()) + EVENT_OVERHEAD_BYTES for event in events)
    if not 1 <= len(events) <= BATCH_EVENTS or size > BATCH_BYTES:
        raise ServiceError(
            "InvalidParameterException",
            f"{len(events)} events of {size} bytes; 1 to {BATCH_EVENTS} events and at most {BATCH_BYTES} bytes",
        )
    times = [event["timestamp"] for event in events]
    if times != sorted(times):
        raise ServiceError(
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
        )
