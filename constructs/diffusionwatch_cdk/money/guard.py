"""The idle guard as deployed: off unless a service's settings ask for it, and allowed no more than they say."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from ..fleet import Fleet
from ..functions import FunctionPlan
from ..key_use import any_key_explained
from ..names import console_url, topic_arn
from ..settings import EnvironmentSettings
from ..variables import fitting
from . import books
from .names import table_name

IDLE_GUARD = "idle-guard"
"""The function's name within an environment."""


def guarded(settings: EnvironmentSettings) -> list[str]:
    """The services that are guarded."""
    return [name for name, service in settings.services.items() if service.idle_guard]


def guarded_as(fleet: Fleet, settings: EnvironmentSettings) -> dict[str, Any]:
    """What the guard is told of a fleet (lambda/idle_guard/service.py)."""
    wanted = settings.services[fleet.service].idle_guard
    assert wanted
    usd = fleet.usd_per_hour and round(fleet.usd_per_hour * (1 - fleet.cost.savings_percent / 100), 4)
    told = {"auto_scaling_group": fleet.auto_scaling_group, "queue": fleet.queue, "usd_per_hour": usd}
    topic = _topic(settings, settings.route(fleet.service, "ticket"))
    theirs = {} if topic == _topic(settings) else {"topic": topic}
    return {**told, **wanted.model_dump(mode="json"), **theirs}


def _topic(settings: EnvironmentSettings, route: str = "ticket") -> str:
    return topic_arn(settings.name, route, account=settings.account, region=settings.region)


def idle_guard(fleets: Collection[Fleet], settings: EnvironmentSettings) -> FunctionPlan:
    """The guard of some fleets. Raises SettingsError when they do not fit into a function's environment."""
    services = {fleet.service: guarded_as(fleet, settings) for fleet in fleets}
    topics = sorted({one.get("topic", _topic(settings)) for one in services.values()})
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
        {**allow, "Action": "sns:Publish", "Resource": topics},
        {**allow, "Action": "events:PutEvents", "Resource": bus},
        *books.statements(settings, "dynamodb", "sns"),
    ]
    if groups:
        statements.append({**allow, "Action": "autoscaling:SetDesiredCapacity", "Resource": groups})
    return FunctionPlan(
        package="idle_guard",
        description="Tells, asks or scales in where GPUs idle",
        variables=fitting(
            {
                "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                "DIFFUSIONWATCH_GUARDED": json.dumps(services, sort_keys=True, separators=(",", ":")),
                "DIFFUSIONWATCH_TABLE": table_name(settings.name),
                "DIFFUSIONWATCH_TOPIC": _topic(settings),
                "DIFFUSIONWATCH_CONSOLE": console_url(settings.region),
            },
            "idle_guard",
        ),
        statements=statements,
        explained={
            "*": "Reading groups knows no resources; of composite alarms only all can be described.",
            **dict.fromkeys(groups, "A group's ARN holds an id that nobody chooses; the name is the service's."),
            **any_key_explained(settings),
        },
    )
