"""CloudWatch Logs directly, for hosts without an agent. Needs boto3, and ``logs:CreateLogStream, PutLogEvents``.

Source of the limits: API reference, PutLogEvents.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from diffusionwatch import limits
from diffusionwatch.records import Document
from diffusionwatch.sinks import ConnectionBroken

log = logging.getLogger("diffusionwatch")


class LogsSink:
    """Puts events into one stream of one log group, which must exist.

    boto3 works in Python for two milliseconds a call, one call a second: for so long a request's thread may have to
    wait. The other sinks let go of the interpreter more often.
    """

    largest = limits.EVENT_BYTES

    def __init__(self, log_group: str, log_stream: str, client: Any = None) -> None:
        self._names = {"logGroupName": log_group, "logStreamName": log_stream}
        self._client = client or _client()
        self._stream_exists = False

    def send(self, documents: Sequence[Document]) -> bool:
        taken = 0
        try:
            client = self._connected()
            for batch in batches(documents):
                events = [{"timestamp": d.timestamp_ms, "message": d.body.decode()} for d in batch]
                answer = client.put_log_events(**self._names, logEvents=events)
                taken += len(batch)
                if rejected := answer.get("rejectedLogEventsInfo"):
                    log.warning("CloudWatch Logs rejected events: %s", rejected)
        except Exception as error:
            if type(error).__name__ == "ResourceNotFoundException":
                self._stream_exists = False  # somebody has deleted it
            raise ConnectionBroken(f"CloudWatch Logs: {error}", 0, taken) from error
        return True

    def outstanding(self) -> int:
        return 0

    def close(self) -> None:
        pass

    def _connected(self) -> Any:
        if not self._stream_exists:
            with contextlib.suppress(self._client.exceptions.ResourceAlreadyExistsException):
                self._client.create_log_stream(**self._names)
            self._stream_exists = True
        return self._client


def batches(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """The documents in batches that one PutLogEvents takes, each in the order of its time.

    A batch follows upon the other in ``documents`` too, so that what was taken when one fails is a count.
    """
    batch: list[Document] = []
    size = first = last = 0
    for document in documents:
        own, at = len(document.body) + limits.PUT_LOG_EVENTS_OVERHEAD, document.timestamp_ms
        if batch and (
            len(batch) == limits.PUT_LOG_EVENTS_COUNT
            or size + own > limits.PUT_LOG_EVENTS_BYTES
            or max(last, at) - min(first, at) >= limits.PUT_LOG_EVENTS_SPAN_MS
        ):
            yield sorted(batch, key=_time)
            batch, size = [], 0
        first, last = (min(first, at), max(last, at)) if batch else (at, at)
        batch.append(document)
        size += own
    if batch:
        yield sorted(batch, key=_time)


def _time(document: Document) -> int:
    return document.timestamp_ms


def _client() -> Any:
    import boto3
    from botocore.config import Config

    # One try within seconds; whatever fails is tried again by the publisher.
    return boto3.client("logs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}))
