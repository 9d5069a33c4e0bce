"""The alert digest in a stack.

AlertDigest(self, "Digest", settings=settings, definitions=[monitoring.alarms.definition])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from constructs import Construct

from ..alarms import AlarmSetDefinition
from ..functions import FunctionPlan, function, may_call
from ..names import console_url, logical_id
from ..resource import arn, resource
from ..settings import EnvironmentSettings
from ..variables import fitting
from .alarms import digest_alarms
from .mail import mail
from .names import DIGEST, rule_name, table_name
from .policy import digest_policy
from .role import explained, statements
from .storage import DEAD_LETTERS, dead_letters, table

DAY = 86_400
FUNCTION = logical_id(DIGEST)
"""Its logical id."""


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
        dead_letters(self, settings)
        plan = FunctionPlan(
            package="alert_digest",
            description="Tells incidents, each once when it begins and once when it is over",
            statements=statements(settings),
            explained=explained(settings),
            variables=fitting(
                {
                    "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                    "DIFFUSIONWATCH_TABLE": table_name(settings.name),
                    "DIFFUSIONWATCH_CONSOLE": console_url(settings.region),
                    "DIFFUSIONWATCH_DIGEST": digest_policy(settings, definitions),
                },
                "digest",
            ),
            # A storm's events and a turn at the same time; more would only wait for each other's state.
            concurrency=5,
        )
        function(self, DIGEST, plan, settings, dead_letters=DEAD_LETTERS, after=[table(self, settings)])
        for name, route in settings.digest.routes.items():
            if route.channel == "email":
                mail(self, name, route, settings)
        self._rule(settings, "events", {"EventPattern": _pattern(settings)}, retries=185)
        # A turn that was not begun is made up for by the next.
        self._rule(settings, "turns", {"ScheduleExpression": "rate(1 minute)"}, retries=0)
        for alarm, properties in digest_alarms(settings).items():
            resource(self, alarm, "CloudWatch::Alarm", properties, logical=logical_id(alarm, "alarm"))

    def _rule(self, settings: EnvironmentSettings, what: str, when: dict[str, Any], *, retries: int) -> None:
        target = {
            "Id": "Target0",
            "Arn": arn(FUNCTION),
            "RetryPolicy": {"MaximumEventAgeInSeconds": DAY if retries else 60, "MaximumRetryAttempts": retries},
            "DeadLetterConfig": {"Arn": arn(DEAD_LETTERS)},
        }
        properties = {
            "Name": rule_name(settings.name, what),
            "Description": {"events": "Alarms that change, to the digest", "turns": "The digest's turns"}[what],
            "State": "ENABLED",
            "Targets": [target],
            **when,
        }
        rule = logical_id(DIGEST, what)
        resource(self, what, "Events::Rule", properties, logical=rule)
        may_call(self, f"{what}-allowed", FUNCTION, rule, logical=logical_id(DIGEST, what, "allowed"))


def _pattern(settings: EnvironmentSettings) -> dict[str, Any]:
    """State changes of the services' alarms, and their deletion: nobody will ever say that those are over."""
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change"],
        "detail": {"alarmName": [{"prefix": f"{settings.name}-{service}-"} for service in settings.services]},
    }
