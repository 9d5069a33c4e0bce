"""The function: EventBridge gives it alarm events as they come, and a schedule one call a minute.

Settings come from the environment:

    DIFFUSIONWATCH_ENVIRONMENT   such as prod
    DIFFUSIONWATCH_DIGEST        the policy, JSON: services, routes, windows (alert_digest.policy)
    DIFFUSIONWATCH_TABLE         name of the table (alert_digest.store)
    DIFFUSIONWATCH_CONSOLE       address of the Region's console, which the partition decides

An event is only kept, which either succeeds or fails the call, so that Lambda tries again and its dead-letter queue
has the last word. Whatever is said is said by the turns of the schedule.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Mapping
from typing import Any

import boto3

from .edge import Sender
from .event import AlarmEventError, read, seconds
from .links import home
from .policy import Policy, policy
from .run import Turn, record, turn
from .store import DynamoStore

# Lambda bundles this package alone, so the catalogue's names are written out.
NAMESPACE = "DiffusionWatch"
FAILED, REFUSED, OLDEST = "DigestDeliveriesFailed", "DigestEventsRefused", "DigestOldestUndelivered"
UNITS = {FAILED: "Count", REFUSED: "Count", OLDEST: "Seconds"}
DIMENSIONS = ("Environment",)


def handler(event: Mapping[str, Any], context: object) -> None:
    """The entry point of both: an alarm's event is kept, a scheduled one starts a turn at its own time."""
    settings = _policy()
    now = seconds(event["time"])
    if event.get("source") == "aws.cloudwatch":
        _keep(event, settings, now)
        return
    done = turn(_store(), settings, _sender(), now, time.time)
    for failure in done.failures:
        print(failure, flush=True)
    print(document(settings.environment, now, done), flush=True)


def _keep(event: Mapping[str, Any], settings: Policy, now: float) -> None:
    try:
        alarm_event = read(event)
    except AlarmEventError as error:
        print(document(settings.environment, now, Turn(), refused=1), flush=True)
        raise AlarmEventError(f"event {event.get('id')}: {error}") from None
    if alarm_event and settings.identify(alarm_event.alarm):
        record(_store(), alarm_event, event["id"], now)


def document(environment: str, now: float, done: Turn, refused: int = 0) -> str:
    """One line of the embedded metric format: the digest's own health."""
    metrics = {FAILED: len(done.failures), REFUSED: refused, OLDEST: round(done.oldest, 3)}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(DIMENSIONS)],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in metrics],
    }
    return json.dumps(
        {
            "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]},
            "Environment": environment,
            "taken": done.taken,
            "sent": done.sent,
            **metrics,
        }
    )


@functools.cache
def _client(name: str) -> Any:
    return boto3.client(name)  # type: ignore[call-overload]


@functools.cache
def _policy() -> Policy:
    return policy(os.environ["DIFFUSIONWATCH_ENVIRONMENT"], os.environ["DIFFUSIONWATCH_DIGEST"])


@functools.cache
def _store() -> DynamoStore:
    return DynamoStore(_client("dynamodb"), os.environ["DIFFUSIONWATCH_TABLE"], _policy().environment)


@functools.cache
def _sender() -> Sender:
    return Sender(_policy(), home(os.environ["DIFFUSIONWATCH_CONSOLE"], os.environ["AWS_REGION"]), _client)
