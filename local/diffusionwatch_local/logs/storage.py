"""Where log events are kept: moto's log groups, bounded."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.backends import get_backend

from diffusionwatch.clock import Clock

from ..logs_insights import Event
from ..server.service import ServiceError

EVENTS_A_STREAM = 10_000
"""The newest ones are kept: a page of GetLogEvents, about 10 MB of generation events."""


class LogStorage:
    """The log groups of one account and region."""

    def __init__(self, account: str, region: str, clock: Clock) -> None:
        self.account, self._region, self._clock = account, region, clock

    def put(self, group: str, stream: str, events: Sequence[Mapping[str, Any]], *, create: bool) -> None:
        """Appends events to a stream.

        Raises:
            ServiceError: ``ResourceNotFoundException``, unless ``create``.
        """
        backend = self._backend()
        if group not in backend.groups and create:
            backend.create_log_group(group, {})
        if group not in backend.groups:
            raise ServiceError("ResourceNotFoundException", f"The specified log group does not exist: {group}")
        held = backend.groups[group]
        if stream not in held.streams and create:
            held.create_log_stream(stream)
        if stream not in held.streams:
            raise ServiceError("ResourceNotFoundException", f"The specified log stream does not exist: {stream}")
        kept = held.streams[stream]
        kept.put_log_events([dict(event) for event in events])
        for event in kept.events[len(kept.events) - len(events) :]:  # moto dates their arrival by the wall's clock
            event.ingestion_time = int(self._clock.time() * 1000)
        if len(kept.events) > EVENTS_A_STREAM * 1.1:  # not at each event: the list moves in memory
            del kept.events[:-EVENTS_A_STREAM]

    def exists(self, group: str) -> bool:
        return group in self._backend().groups

    def events(self, group: str, start: int = 0, end: int | None = None) -> Iterator[Event]:
        """The events of a group, from one moment to another, in milliseconds."""
        log = f"{self.account}:{group}"
        for name, stream in list(self._backend().groups[group].streams.items()):
            for one in list(stream.events):
                if one.timestamp >= start and (end is None or one.timestamp <= end):
                    pointer = base64.b64encode(f"{group}\n{name}\n{one.event_id}".encode()).decode()
                    yield Event(one.timestamp, one.message, name, log, pointer, one.ingestion_time)

    def metric_filters(self, group: str) -> list[dict[str, Any]]:
        """The metric filters of a log group, as DescribeMetricFilters gives them."""
        found: list[dict[str, Any]] = self._backend().filters.get_matching_filters(log_group_name=group)
        return found

    def forget_metric_filter(self, group: str, name: str) -> None:
        """moto appends a filter of a name that it has already, where AWS replaces it."""
        self._backend().filters.delete_filter(name, group)

    def _backend(self) -> Any:
        return get_backend("logs")[self.account][self._region]
