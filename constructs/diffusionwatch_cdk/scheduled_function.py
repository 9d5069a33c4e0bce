"""A function on a schedule, with a role that may do what it needs and a queue for the calls that it gave up."""

from __future__ import annotations

from constructs import Construct

from .functions import FunctionPlan, function, may_call
from .names import function_name, logical_id
from .resource import arn, resource
from .settings import EnvironmentSettings

INTERVAL_MINUTES = 5


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
        name, logical = function_name(settings.name, id), logical_id(id)
        self.function = function(self, id, plan, settings, dead_letters=dead_letters)
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
