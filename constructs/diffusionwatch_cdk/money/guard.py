"""The idle guard as deployed: off unless a service's settings ask for it, and allowed no more than they say."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from ..fleet import Fleet
from ..functions import FunctionPlan
from ..key_use import any_key_explained
from ..names import topic_arn
from ..settings import EnvironmentSettings, SettingsError
from . import books
from .names import table_name

IDLE_GUARD = "idle-guard"
"""The function's name within an environment."""
ROOM = 3700
"""Characters for the services: all variables of a function together hold 4 KB (Lambda quotas)."""


def guarded(settings: EnvironmentSettings) -> list[str]:
    """The services that are guarded."""
    return [name for name, service in settings.services.items() if service.idle_guard]


def guarded_as(fleet: Fleet, settings: EnvironmentSettings) -> dict[str, Any]:
    """What the guard is told of a fleet (lambda/idle_guard/service.py)."""
    wanted = settings.services[fleet.service].idle_guard
    assert wanted
    usd = fleet.usd_per_hour and round(fleet.usd_per_hour * (1 - fleet.cost.savings_percent / 100), 4)
    told = {"auto_scaling_group": fleet.auto_scaling_group, "queue": fleet.queue, "usd_per_hour": usd}
    return {**told, **wanted.model_dump(mode="json")}


def idle_guard(fleets: Collection[Fleet], settings: EnvironmentSettings) -> FunctionPlan:
    """The guard of some fleets. Raises SettingsError when they do not fit into a function's environment."""
    services = {fleet.service: guarded_as(fleet, settings) for fleet in fleets}
    text = json.dumps(services, sort_keys=True, separators=(",", ":"))
    if len(text) > ROOM:
        raise SettingsError(f"idle_guard: its settings take {len(text):,} characters of the {ROOM:,} that fit")
    topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
    groups = [
        settings.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{one['auto_scaling_group']}")
        for one in services.values()
        if one["action"] == "scale" and not one["dry_run"]
    ]
    queues = [settings.arn("sqs", str(one["queue"])) for one in services.values()]
    bus = settings.arn("events", "event-bus/default")
    allow = {"Effect": "Allow"}
    statements: list[dict[str, Any]] = [
        {**allow, "Action": ["autoscaling:DescribeAutoScalingGroups", "cloudwatch:DescribeAlarms"], "Resource": "*"},
        {**allow, "Action": ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"], "Resource": queues},
        {**allow, "Action": "sns:Publish", "Resource": topic},
        {**allow, "Action": "events:PutEvents", "Resource": bus},
        *books.statements(settings, ("dynamodb:GetItem", "dynamodb:PutItem")),
    ]
    if groups:
        statements.append({**allow, "Action": "autoscaling:SetDesiredCapacity", "Resource": groups})
    return FunctionPlan(
        package="idle_guard",
        description="Tells, asks or scales in where GPUs idle",
        variables={
            "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
            "DIFFUSIONWATCH_GUARDED": text,
            "DIFFUSIONWATCH_TABLE": table_name(settings.name),
            "DIFFUSIONWATCH_TOPIC": topic,
        },
        statements=statements,
        explained={
            "*": "Reading groups knows no resources; of composite alarms only all can be described.",
            **dict.fromkeys(groups, "A group's ARN holds an id that nobody chooses; the name is the service's."),
            **any_key_explained(settings),
        },
    )
