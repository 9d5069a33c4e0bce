"""The function that says what fleets cost, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Collection

from diffusionwatch_agent.instances import INSTANCES

from .fleet import Fleet
from .functions import FunctionPlan
from .key_use import any_key_explained
from .money import books
from .money.names import table_name
from .names import partition
from .scheduled_function import INTERVAL_MINUTES
from .settings import EnvironmentSettings
from .variables import fitting

SERVICES_OF_A_METER = 10
"""A function is told 4 KB (variables.py), of which a service takes 100 to 350 bytes: long tags may be too long."""
PRICE_LIST = {"aws": "us-east-1"}
"""Where a partition's Price List API is asked: elsewhere it takes no credentials of another partition, or answers in
another currency, and the bundled prices hold."""


def cost_meters(services: int) -> list[str]:
    """The names of as many cost meters as so many services need.

    >>> cost_meters(3), cost_meters(20)
    (['cost-meter'], ['cost-meter', 'cost-meter-2'])
    """
    further = range(2, -(-services // SERVICES_OF_A_METER) + 1)
    return ["cost-meter", *(f"cost-meter-{number}" for number in further)]


def cost_meter(fleets: Collection[Fleet], settings: EnvironmentSettings) -> FunctionPlan:
    """The meter of some fleets."""
    metered = {fleet.service: _metered(fleet) for fleet in fleets}
    price_list = PRICE_LIST.get(partition(settings.region))
    return FunctionPlan(
        package="cost_meter",
        description="What the fleets cost, and cost idle, each five minutes",
        variables=fitting(
            {
                "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                "DIFFUSIONWATCH_SERVICES": json.dumps(metered, sort_keys=True, separators=(",", ":")),
                "DIFFUSIONWATCH_TABLE": table_name(settings.name),
                "DIFFUSIONWATCH_INTERVAL_SECONDS": str(60 * INTERVAL_MINUTES),
                **({"DIFFUSIONWATCH_PRICE_LIST": price_list} if price_list else {}),
            },
            f"cost meter of {', '.join(metered)}",
        ),
        statements=[
            {
                "Effect": "Allow",
                "Action": [
                    "autoscaling:DescribeAutoScalingGroups",
                    "autoscaling:DescribeScalingActivities",
                    "cloudwatch:GetMetricData",
                    "ec2:DescribeInstances",
                    "ec2:DescribeSpotPriceHistory",
                    *(["pricing:GetProducts"] if price_list else []),
                ],
                "Resource": "*",
            },
            *books.statements(settings, "dynamodb"),
        ],
        explained={
            "*": "Reading groups, instances, metrics and prices: none of these actions knows resources.",
            **any_key_explained(settings),
        },
    )


def _metered(fleet: Fleet) -> dict[str, object]:
    """What the cost meter reads of a fleet (lambda/cost_meter/service.py); what is left out has the same default."""
    known = INSTANCES.get(fleet.instance_type or "")
    own_price = fleet.usd_per_hour if known is None or fleet.usd_per_hour != known.usd_per_hour else None
    found = {
        "auto_scaling_group": fleet.auto_scaling_group,
        "cluster": fleet.eks_cluster,
        "instance_type": fleet.instance_type,
        "usd_per_hour": own_price,
        **fleet.cost.model_dump(exclude_defaults=True),
    }
    return {name: value for name, value in found.items() if value is not None}
