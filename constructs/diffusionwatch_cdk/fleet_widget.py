"""The function that draws the GPUs of a fleet as a heat map on its dashboard (a CloudWatch custom widget)."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from diffusionwatch_agent.names import node_log_group

from .acknowledge import acknowledge
from .fleet import Fleet
from .functions import function_code
from .names import FLEET_WIDGET, function_log_group, function_name, log_group_arn, logical_id
from .settings import EnvironmentSettings


class FleetWidget(Construct):
    """One function for all fleets: the dashboards say what it draws. It reads, and changes nothing.

    It has no schedule and no dead-letter queue: somebody looks at what it answers, errors included.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleets: Iterable[Fleet],
        settings: EnvironmentSettings,
    ) -> None:
        super().__init__(scope, id)
        function = cdk.CfnResource(
            self,
            "Function",
            type="AWS::Lambda::Function",
            properties={
                "FunctionName": function_name(settings.name, FLEET_WIDGET),
                "Description": "Draws GPUs as a heat map on CloudWatch dashboards",
                "Runtime": "python3.14",
                "Architectures": ["arm64"],
                "Handler": "fleet_widget.handler.handler",
                "Code": function_code(self, "fleet_widget"),
                "Role": self._role(fleets, settings).attr_arn,
                "LoggingConfig": {"LogGroup": function_log_group(settings.name, FLEET_WIDGET)},
                "Timeout": 20,  # three searches over two weeks answer in a few seconds
                "MemorySize": 512,  # 500 GPUs of 48 moments and three figures
                # Ten people with the dashboard open, and no more of the account's concurrency than that.
                "ReservedConcurrentExecutions": 10,
            },
        )
        function.override_logical_id(logical_id(FLEET_WIDGET))

    def _role(self, fleets: Iterable[Fleet], settings: EnvironmentSettings) -> iam.CfnRole:
        where = {"account": settings.account, "region": settings.region}
        own = log_group_arn(function_log_group(settings.name, FLEET_WIDGET), **where)
        nodes = [log_group_arn(node_log_group(settings.name, fleet.service), **where) for fleet in fleets]
        allow = {"Effect": "Allow"}
        statements = [
            {**allow, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": own},
            {**allow, "Action": "cloudwatch:GetMetricData", "Resource": "*"},
            {**allow, "Action": "logs:FilterLogEvents", "Resource": nodes},
        ]
        trust = {**allow, "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = iam.CfnRole(
            self,
            "Role",
            description=f"{function_name(settings.name, FLEET_WIDGET)}: reads metrics and the nodes' logs",
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="read", policy_document={"Version": "2012-10-17", "Statement": statements}
                )
            ],
        )
        acknowledge(role, "IAM5[Resource::*]", "GetMetricData knows no resources (service authorization reference).")
        for streams in (own, *nodes):
            acknowledge(role, f"IAM5[Resource::{streams}]", "The streams of that log group.")
        return role
