"""The function that says what fleets cost, and its schedule."""

from __future__ import annotations

import json
from collections.abc import Collection

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from .acknowledge import acknowledge
from .fleet import Fleet
from .functions import function_code
from .logical_ids import pin
from .names import function_log_group, function_name, log_group_arn, logical_id
from .settings import EnvironmentSettings

INTERVAL = cdk.Duration.minutes(5)
SERVICES_OF_A_METER = 15
"""A function's environment holds 4 KB (Lambda quotas), a service takes 100 to 250 characters of it."""


def cost_meters(services: int) -> list[str]:
    """The names of as many cost meters as so many services need.

    >>> cost_meters(3), cost_meters(20)
    (['cost-meter'], ['cost-meter', 'cost-meter-2'])
    """
    further = range(2, -(-services // SERVICES_OF_A_METER) + 1)
    return ["cost-meter", *(f"cost-meter-{number}" for number in further)]


class CostMeter(Construct):
    """Meters some fleets every five minutes; its role may do what that needs, and nothing else."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleets: Collection[Fleet],
        settings: EnvironmentSettings,
    ) -> None:
        super().__init__(scope, id)
        name = function_name(settings.name, id)
        log_group = function_log_group(settings.name, id)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{name}: counts instances, reads utilisation, writes its own log",
        )
        streams = log_group_arn(log_group, account=settings.account, region=settings.region)
        role.add_to_policy(
            iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[streams])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["autoscaling:DescribeAutoScalingGroups", "cloudwatch:GetMetricData"],
                # Neither action knows resources (service authorization reference).
                resources=["*"],
            )
        )
        acknowledge(role, "IAM5[Resource::*]", "DescribeAutoScalingGroups and GetMetricData know no resources.")
        acknowledge(role, f"IAM5[Resource::{streams}]", "The streams of the function's own log group.")
        metered = {fleet.service: _metered(fleet) for fleet in fleets}
        function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            description="What the fleets cost, and cost idle, each five minutes",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="cost_meter.handler.handler",
            code=function_code("cost_meter"),
            role=role.without_policy_updates(),
            log_group=logs.LogGroup.from_log_group_name(self, "Logs", log_group),
            timeout=cdk.Duration.minutes(1),
            memory_size=256,
            environment={
                "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                "DIFFUSIONWATCH_SERVICES": json.dumps(metered, sort_keys=True, separators=(",", ":")),
                "DIFFUSIONWATCH_INTERVAL_SECONDS": str(round(INTERVAL.to_seconds())),
            },
        )
        pin(function, logical_id(id))
        # A rule, not EventBridge Scheduler: its event carries the scheduled time; a late start bills no other minute.
        schedule = events.Rule(
            self,
            "Schedule",
            rule_name=name,
            description="Meters the fleets' cost",
            schedule=events.Schedule.rate(INTERVAL),
            targets=[targets.LambdaFunction(function, retry_attempts=2)],
        )
        pin(schedule, logical_id(id, "schedule"))


def _metered(fleet: Fleet) -> dict[str, object]:
    """What the cost meter reads of a fleet (lambda/cost_meter/handler.py: Service)."""
    return {
        "auto_scaling_group": fleet.auto_scaling_group,
        "instance_type": fleet.instance_type,
        "usd_per_hour": fleet.usd_per_hour,
    }
