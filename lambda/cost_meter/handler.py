"""What a GPU fleet costs, every few minutes: AWS Budgets answers after 8 to 12 hours, this within one interval.

EventBridge calls `handler` on a schedule. Settings come from the environment:

    DIFFUSIONWATCH_ENVIRONMENT        such as prod
    DIFFUSIONWATCH_SERVICES           JSON, what to meter (cost_meter.service)
    DIFFUSIONWATCH_TABLE              name of the table that holds the books (cost_meter.store)
    DIFFUSIONWATCH_INTERVAL_SECONDS   the schedule's
    DIFFUSIONWATCH_PRICE_LIST         Region whose Price List API is asked; left out where a partition has none for us

For each service it writes lines of the embedded metric format to standard output:

    {"EstimatedCost": 0.62, "IdleCost": 0.16, "Environment": "prod", "Service": "image-api", "_aws": {...}}

What cannot be known (no price for a type, no such group, no instance reports its GPUs) is absent, never zero; a fleet
without instances costs a known 0.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3

from .meter import Meter
from .service import services
from .store import DynamoStore

PRICE_LIST = "DIFFUSIONWATCH_PRICE_LIST"
INTERVAL_SECONDS = 300  # minutes matter, and the reading of the metrics is itself billed


@functools.cache
def client(name: str) -> Any:
    region = {"region_name": os.environ[PRICE_LIST]} if name == "pricing" else {}
    return boto3.client(name, **region)  # type: ignore[call-overload]


def handler(event: Mapping[str, Any], context: object) -> None:
    """The entry point: `event["time"]` is the schedule's own time, so that a late start bills no other minute."""
    meter = Meter(
        os.environ["DIFFUSIONWATCH_ENVIRONMENT"],
        os.environ["AWS_REGION"],
        float(os.environ.get("DIFFUSIONWATCH_INTERVAL_SECONDS", INTERVAL_SECONDS)),
        DynamoStore(client("dynamodb"), os.environ["DIFFUSIONWATCH_TABLE"]),
        client,
        lambda line: print(line, flush=True),
        price_list=PRICE_LIST in os.environ,
    )
    at = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    meter.run(services(os.environ["DIFFUSIONWATCH_SERVICES"]), at.timestamp())
