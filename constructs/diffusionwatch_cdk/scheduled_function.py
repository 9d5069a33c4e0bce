"""A function on a schedule, with a role that may do what it needs and a queue for the calls that it gave up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from .acknowledge import acknowledge
from .functions import function_code
from .names import function_log_group, function_name, log_group_arn, logical_id
from .settings import EnvironmentSettings

INTERVAL_MINUTES = 5


@dataclass(frozen=True)
class FunctionPlan:
    """What a function is. ``statements`` is its policy beside its own log; ``explained`` holds the reason of each
    resource with a wildcard in them."""

    package: str
    description: str
    variables: Mapping[str, str]
    statements: Sequence[Mapping[str, Any]]
    explained: Mapping[str, str]


class ScheduledFunction(Construct):
    """Calls a function every five minutes, which makes up for calls that failed.

    One copy runs at a time: two would only wait for each other's books. What fails three times goes to the dead-letter
    queue, which has an alarm.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        plan: FunctionPlan,
        settings: EnvironmentSettings,
        dead_letters: str,
    ) -> None:
        super().__init__(scope, id)
        name = function_name(settings.name, id)
        log_group = function_log_group(settings.name, id)
        role = self._role(name, plan, log_group_arn(log_group, account=settings.account, region=settings.region))
        self.function = cdk.CfnResource(
            self,
            "Function",
            type="AWS::Lambda::Function",
            properties={
                "FunctionName": name,
                "Description": plan.description,
                "Runtime": "python3.14",
                "Architectures": ["arm64"],
                "Handler": f"{plan.package}.handler.handler",
                "Code": function_code(self, plan.package),
                "Role": role.attr_arn,
                "LoggingConfig": {"LogGroup": log_group},
                "Timeout": 60,
                "MemorySize": 256,
                "ReservedConcurrentExecutions": 1,
                "DeadLetterConfig": {"TargetArn": dead_letters},
                "Environment": {"Variables": dict(plan.variables)},
            },
        )
        self.function.override_logical_id(logical_id(id))
        arn = cdk.Token.as_string(self.function.get_att("Arn"))
        # A rule, not EventBridge Scheduler: its event carries the scheduled time; a late start bills no other minute.
        schedule = events.CfnRule(
            self,
            "Schedule",
            name=name,
            description=plan.description,
            schedule_expression=f"rate({INTERVAL_MINUTES} minutes)",
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Target0",
                    arn=arn,
                    retry_policy=events.CfnRule.RetryPolicyProperty(maximum_retry_attempts=2),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letters),
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

    def _role(self, function: str, plan: FunctionPlan, streams: str) -> iam.CfnRole:
        log = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": streams}
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = iam.CfnRole(
            self,
            "Role",
            description=f"{function}: {plan.description}"[:1000],
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name=plan.package.replace("_", "-"),
                    policy_document={"Version": "2012-10-17", "Statement": [log, *plan.statements]},
                )
            ],
        )
        for resource, reason in {**plan.explained, streams: "The streams of the function's own log group."}.items():
            acknowledge(role, f"IAM5[Resource::{resource}]", reason)
        return role
