from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from diffusionwatch import catalog

from ..check import Check
from ..deployment import Deployment
from ..finding import Finding

VERSION = "diffusionwatch_version"
"""The property by which a worker's events say what they were written by."""

EVENTS = 100
"""How many are read: only a heartbeat, one a minute, names the version; between two of them come requests."""


class WorkerVersion(Check):
    id = "worker-version"
    title = "The workers' newest event was written by the version that these alarms belong to"
    why = "An older worker does not send what newer alarms read."

    def look(self, deployment: Deployment) -> Iterator[Finding]:
        logs = deployment.client("logs")
        for service in deployment.watched:
            group = catalog.log_group(deployment.settings.name, service)
            try:
                events = _newest(logs, group)
            except logs.exceptions.ResourceNotFoundException:
                continue  # log-groups tells it
            yield self._compared(group, events, deployment)

    def _compared(self, group: str, events: list[dict[str, Any]], deployment: Deployment) -> Finding:
        if not events:
            return self.unknown(group, "no event yet", "Start a worker; without an event its version is not known.")
        age, ours = f"{deployment.age(events[0]['timestamp'] / 1000)} ago", _own_version()
        found = next(filter(None, (_property(event["message"]) for event in events)), None)
        if found is None:
            return self.unknown(group, f"newest event {age}; none names a version", "Look into the worker's image.")
        if found == ours:
            return self.ok(group, f"{found}, {age}")
        return self.warning(group, f"{found}, {age}; here is {ours}", "Bring workers and alarms to one version.")


def _newest(logs: Any, group: str) -> list[dict[str, Any]]:
    """The newest events of the stream that was written last, newest first."""
    streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
    for stream in streams["logStreams"]:
        answer = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], limit=EVENTS)
        return list(reversed(answer["events"]))
    return []


def _property(message: str) -> str | None:
    try:
        found = json.loads(message).get(VERSION)
    except (ValueError, AttributeError):
        return None
    return None if found is None else str(found)


def _own_version() -> str:
    try:
        return version("diffusionwatch")
    except PackageNotFoundError:  # run from a folder that nobody installed
        return "unknown"
