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

log = logging.getLogger("diffusionwatch")


class LogsSink:
    """Puts events into one stream of one log group, which must exist."""

    largest = limits.EVENT_BYTES

    def __init__(self, log_group: str, log_stream: str, client: Any = None) -> None:
        self._names = {"logGroupName": log_group, "logStreamName": log_stream}
        self._client = client or _client()
        self._stream_exists = False

    def send(self, documents: Sequence[Document]) -> bool:
        try:
            client = self._connected()
            for batch in batches(documents):
                events = [{"timestamp": d.timestamp_ms, "message": d.body.decode()} for d in batch]
                answer = client.put_log_events(**self._names, logEvents=events)
                if rejected := answer.get("rejectedLogEventsInfo"):
                    log.warning("CloudWatch Logs rejected events: %s", rejected)
        except OSError:
            raise
        except Exception as error:  # botocore's errors are no OSError
            raise OSError(f"CloudWatch Logs: {error}") from error
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
    """The documents in the order of their time, in batches that one PutLogEvents takes."""
    batch: list[Document] = []
    size = 0
    for document in sorted(documents, key=lambda document: document.timestamp_ms):
        own = len(document.body) + limits.PUT_LOG_EVENTS_OVERHEAD
        if batch and (
            len(batch) == limits.PUT_LOG_EVENTS_COUNT
            or size + own > limits.PUT_LOG_EVENTS_BYTES
            or document.timestamp_ms - batch[0].timestamp_ms >= limits.PUT_LOG_EVENTS_SPAN_MS
        ):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += own
    if batch:
        yield batch


def _client() -> Any:
    import boto3
    from botocore.config import Config

    # One try within seconds; whatever fails is tried again by the publisher.
    return boto3.client("logs", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}))
