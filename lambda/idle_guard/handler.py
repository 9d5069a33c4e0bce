"""What may be done about GPUs that idle: tell, ask, or scale the fleet to its minimum. Off unless the settings ask.

EventBridge calls `handler` every five minutes. Settings come from the environment:

    DIFFUSIONWATCH_ENVIRONMENT   such as prod
    DIFFUSIONWATCH_GUARDED       JSON, what may be done where (idle_guard.service)
    DIFFUSIONWATCH_TABLE         name of the table that holds what was done (idle_guard.memory)
    DIFFUSIONWATCH_TOPIC         ARN of the topic for tickets, of services that have no owner
    DIFFUSIONWATCH_CONSOLE       address of the Region's console, which the partition decides
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3

from .guard import Guard
from .memory import DynamoMemory
from .service import guarded


@functools.cache
def client(name: str) -> Any:
    return boto3.client(name)  # type: ignore[call-overload]


def handler(event: Mapping[str, Any], context: object) -> None:
    """The entry point; `event["time"]` is the schedule's own time."""
    guard = Guard(
        os.environ["DIFFUSIONWATCH_ENVIRONMENT"],
        os.environ["AWS_REGION"],
        os.environ["DIFFUSIONWATCH_CONSOLE"],
        os.environ["DIFFUSIONWATCH_TOPIC"],
        DynamoMemory(client("dynamodb"), os.environ["DIFFUSIONWATCH_TABLE"]),
        client,
        lambda line: print(line, flush=True),
    )
    at = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    guard.run(guarded(os.environ["DIFFUSIONWATCH_GUARDED"]), at.timestamp())
