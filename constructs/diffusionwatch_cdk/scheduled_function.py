"""A function on a schedule, with a role that may do what it needs and a queue for the calls that it gave up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from .functions import function_code, function_role, may_call
from .names import function_log_group, function_name, log_group_arn, logical_id
from .resource import arn, resource
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
    queue of that logical id, which has an alarm.
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
        name, logical, role = function_name(settings.name, id), logical_id(id), logical_id(id, "role")
        log_group = function_log_group(settings.name, id)
        streams = log_group_arn(log_group, account=settings.account, region=settings.region)
        log = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": streams}
        function_role(
            self,
            role,
            f"{name}: {plan.description}"[:1000],
            plan.package.replace("_", "-"),
            [log, *plan.statements],
            {**plan.explained, streams: "The streams of the function's own log group."},
        )
        properties = {
            "FunctionName": name,
            "Description": plan.description,
            "Runtime": "python3.14",
            "Architectures": ["arm64"],
            "Handler": f"{plan.package}.handler.handler",
            "Code": function_code(self, plan.package),
            "Role": arn(role),
            "LoggingConfig": {"LogGroup": log_group},
            "Timeout": 60,
            "MemorySize": 256,
            "ReservedConcurrentExecutions": 1,
            "DeadLetterConfig": {"TargetArn": arn(dead_letters)},
            "Environment": {"Variables": dict(plan.variables)},
        }
        self.function = resource(self, "Function", "Lambda::Function", properties, logical=logical)
        target = {
            "Id": "Target0",
            "Arn": arn(logical),
            "RetryPolicy": {"MaximumRetryAttempts": 2},
            "DeadLetterConfig": {"Arn": arn(dead_letters)},
        }
        # A rule, not EventBridge Scheduler: its event carries the scheduled time; a late start bills no other minute.
        schedule = {
            "Name": name,
            "Description": plan.description,
            "ScheduleExpression": f"rate({INTERVAL_MINUTES} minutes)",
            "State": "ENABLED",
            "Targets": [target],
        }
        rule = logical_id(id, "schedule")
        resource(self, "Schedule", "Events::Rule", schedule, logical=rule)
        may_call(self, "Allowed", logical, rule, logical=logical_id(id, "allowed"))
