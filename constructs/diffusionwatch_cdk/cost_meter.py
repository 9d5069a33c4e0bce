"""The function that says what fleets cost, and its schedule."""

from __future__ import annotations

import json
from collections.abc import Collection

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from .acknowledge import acknowledge
from .fleet import Fleet
from .functions import function_code
from .names import function_log_group, function_name, log_group_arn, logical_id
from .settings import EnvironmentSettings

INTERVAL_MINUTES = 5
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
        role = self._role(name, log_group_arn(log_group, account=settings.account, region=settings.region))
        metered = {fleet.service: _metered(fleet) for fleet in fleets}
        function = cdk.CfnResource(
            self,
            "Function",
            type="AWS::Lambda::Function",
            properties={
                "FunctionName": name,
                "Description": "What the fleets cost, and cost idle, each five minutes",
                "Runtime": "python3.14",
                "Architectures": ["arm64"],
                "Handler": "cost_meter.handler.handler",
                "Code": function_code(self, "cost_meter"),
                "Role": role.attr_arn,
                "LoggingConfig": {"LogGroup": log_group},
                "Timeout": 60,
                "MemorySize": 256,
                "Environment": {
                    "Variables": {
                        "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                        "DIFFUSIONWATCH_SERVICES": json.dumps(metered, sort_keys=True, separators=(",", ":")),
                        "DIFFUSIONWATCH_INTERVAL_SECONDS": str(60 * INTERVAL_MINUTES),
                    }
                },
            },
        )
        function.override_logical_id(logical_id(id))
        arn = cdk.Token.as_string(function.get_att("Arn"))
        # A rule, not EventBridge Scheduler: its event carries the scheduled time; a late start bills no other minute.
        schedule = events.CfnRule(
            self,
            "Schedule",
            name=name,
            description="Meters the fleets' cost",
            schedule_expression=f"rate({INTERVAL_MINUTES} minutes)",
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Target0",
                    arn=arn,
                    retry_policy=events.CfnRule.RetryPolicyProperty(maximum_retry_attempts=2),
                )
            ],
        )
        schedule.override_logical_id(logical_id(id, "schedule"))
        allowed = cdk.CfnResource(
            self,
            "Allowed",
            type="AWS::Lambda::Permission",
            properties={
                "Action": "lambda:InvokeFunction",
                "FunctionName": arn,
                "Principal": "events.amazonaws.com",
                "SourceArn": schedule.attr_arn,
            },
        )
        allowed.override_logical_id(logical_id(id, "allowed"))

    def _role(self, function: str, streams: str) -> iam.CfnRole:
        allow = {"Effect": "Allow"}
        statements = [
            {**allow, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": streams},
            {
                **allow,
                "Action": ["autoscaling:DescribeAutoScalingGroups", "cloudwatch:GetMetricData"],
                # Neither action knows resources (service authorization reference).
                "Resource": "*",
            },
        ]
        trust = {**allow, "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = iam.CfnRole(
            self,
            "Role",
            description=f"{function}: counts instances, reads utilisation, writes its own log",
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="meter", policy_document={"Version": "2012-10-17", "Statement": statements}
                )
            ],
        )
        acknowledge(role, "IAM5[Resource::*]", "DescribeAutoScalingGroups and GetMetricData know no resources.")
        acknowledge(role, f"IAM5[Resource::{streams}]", "The streams of the function's own log group.")
        return role


def _metered(fleet: Fleet) -> dict[str, object]:
    """What the cost meter reads of a fleet (lambda/cost_meter/handler.py: Service)."""
    return {
        "auto_scaling_group": fleet.auto_scaling_group,
        "instance_type": fleet.instance_type,
        "usd_per_hour": fleet.usd_per_hour,
    }
