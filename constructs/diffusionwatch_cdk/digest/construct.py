"""The alert digest in a stack.

AlertDigest(self, "Digest", settings=settings, definitions=[monitoring.alarms.definition])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ..acknowledge import acknowledge
from ..alarms import AlarmSetDefinition
from ..functions import function_code
from ..names import function_log_group, function_name, logical_id
from ..settings import EnvironmentSettings
from .alarms import digest_alarms
from .mail import mail
from .names import DIGEST, rule_name, table_name
from .policy import digest_policy
from .role import explained, statements
from .storage import dead_letters, table

DAY = 86_400


class AlertDigest(Construct):
    """Tells incidents to the routes of ``settings.digest``, which must be there; pages never pass through it.

    ``definitions`` are those of the services' alarms: the digest is told each one's severity.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        settings: EnvironmentSettings,
        definitions: Iterable[AlarmSetDefinition],
    ) -> None:
        super().__init__(scope, id)
        assert settings.digest
        letters = dead_letters(self, settings)
        kept = table(self, settings)
        function = self._function(settings, digest_policy(settings, definitions), letters)
        function.add_resource_dependency(kept)
        for name, route in settings.digest.routes.items():
            if route.channel == "email":
                mail(self, name, route, settings)
        self._rule(settings, "events", function, letters, event_pattern=_pattern(settings), retries=185)
        # A turn that was not begun is made up for by the next.
        self._rule(settings, "turns", function, letters, schedule_expression="rate(1 minute)", retries=0)
        for alarm, properties in digest_alarms(settings).items():
            resource = cdk.CfnResource(self, alarm, type="AWS::CloudWatch::Alarm", properties=properties)
            resource.override_logical_id(logical_id(alarm, "alarm"))

    def _function(self, settings: EnvironmentSettings, policy: str, letters: sqs.CfnQueue) -> cdk.CfnResource:
        function = cdk.CfnResource(
            self,
            "Function",
            type="AWS::Lambda::Function",
            properties={
                "FunctionName": function_name(settings.name, DIGEST),
                "Description": "Tells incidents, each once when it begins and once when it is over",
                "Runtime": "python3.14",
                "Architectures": ["arm64"],
                "Handler": "alert_digest.handler.handler",
                "Code": function_code(self, "alert_digest"),
                "Role": self._role(settings).attr_arn,
                "LoggingConfig": {"LogGroup": function_log_group(settings.name, DIGEST)},
                "Timeout": 60,
                "MemorySize": 256,
                # A storm's events and a turn at the same time; more would only wait for each other's state.
                "ReservedConcurrentExecutions": 5,
                "DeadLetterConfig": {"TargetArn": letters.attr_arn},
                "Environment": {
                    "Variables": {
                        "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                        "DIFFUSIONWATCH_TABLE": table_name(settings.name),
                        "DIFFUSIONWATCH_DIGEST": policy,
                    }
                },
            },
        )
        function.override_logical_id(logical_id(DIGEST))
        return function

    def _role(self, settings: EnvironmentSettings) -> iam.CfnRole:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": statements(settings)}
        role = iam.CfnRole(
            self,
            "Role",
            description=f"{function_name(settings.name, DIGEST)}: keeps events, reads secrets, sends messages",
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
            policies=[iam.CfnRole.PolicyProperty(policy_name="digest", policy_document=document)],
        )
        role.override_logical_id(logical_id(DIGEST, "role"))
        for resource, reason in explained(settings).items():
            acknowledge(role, f"IAM5[Resource::{resource}]", reason)
        return role

    def _rule(
        self,
        settings: EnvironmentSettings,
        what: str,
        function: cdk.CfnResource,
        letters: sqs.CfnQueue,
        *,
        retries: int,
        **when: Any,
    ) -> None:
        arn = cdk.Token.as_string(function.get_att("Arn"))
        rule = events.CfnRule(
            self,
            what,
            name=rule_name(settings.name, what),
            description={"events": "Alarms that change, to the digest", "turns": "The digest's turns"}[what],
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Target0",
                    arn=arn,
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=DAY if retries else 60, maximum_retry_attempts=retries
                    ),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=letters.attr_arn),
                )
            ],
            **when,
        )
        rule.override_logical_id(logical_id(DIGEST, what))
        allowed = cdk.CfnResource(
            self,
            f"{what}-allowed",
            type="AWS::Lambda::Permission",
            properties={
                "Action": "lambda:InvokeFunction",
                "FunctionName": arn,
                "Principal": "events.amazonaws.com",
                "SourceArn": rule.attr_arn,
            },
        )
        allowed.override_logical_id(logical_id(DIGEST, what, "allowed"))


def _pattern(settings: EnvironmentSettings) -> dict[str, Any]:
    """State changes of the services' alarms, and their deletion: nobody will ever say that those are over."""
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change"],
        "detail": {"alarmName": [{"prefix": f"{settings.name}-{service}-"} for service in settings.services]},
    }
