"""The function that draws the GPUs of a fleet as a heat map on its dashboard (a CloudWatch custom widget)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from constructs import Construct

from diffusionwatch_agent.names import node_log_group

from .fleet import Fleet
from .functions import function_code, function_role
from .names import FLEET_WIDGET, function_log_group, function_name, log_group_arn, logical_id, topic_arn
from .resource import arn, resource
from .settings import EnvironmentSettings

ERRORS = f"{FLEET_WIDGET}-errors"
"""An alarm of the environment; its heading in the runbooks."""


class FleetWidget(Construct):
    """One function for all fleets: the dashboards say what it draws. It reads, and changes nothing.

    It has no schedule and no dead-letter queue: somebody looks at what it answers. Whoever looks cannot mend it, so an
    alarm tells its owner.
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
        name, role = function_name(settings.name, FLEET_WIDGET), logical_id(FLEET_WIDGET, "role")
        where = {"account": settings.account, "region": settings.region}
        own = log_group_arn(function_log_group(settings.name, FLEET_WIDGET), **where)
        nodes = [log_group_arn(node_log_group(settings.name, fleet.service), **where) for fleet in fleets]
        allow = {"Effect": "Allow"}
        statements: list[dict[str, Any]] = [
            {**allow, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": own},
            {**allow, "Action": "cloudwatch:GetMetricData", "Resource": "*"},
            {**allow, "Action": "logs:FilterLogEvents", "Resource": nodes},
        ]
        explained = {"*": "GetMetricData knows no resources (service authorization reference)."}
        explained |= dict.fromkeys((own, *nodes), "The streams of that log group.")
        function_role(self, role, f"{name}: reads metrics and the nodes' logs", "read", statements, explained)
        properties = {
            "FunctionName": name,
            "Description": "Draws GPUs as a heat map on CloudWatch dashboards",
            "Runtime": "python3.14",
            "Architectures": ["arm64"],
            "Handler": "fleet_widget.handler.handler",
            "Code": function_code(self, "fleet_widget"),
            "Role": arn(role),
            "LoggingConfig": {"LogGroup": function_log_group(settings.name, FLEET_WIDGET)},
            "Timeout": 20,  # three searches over two weeks answer in a few seconds
            "MemorySize": 512,  # 500 GPUs of 48 moments and three figures
            # Ten people with the dashboard open, and no more of the account's concurrency than that.
            "ReservedConcurrentExecutions": 10,
        }
        resource(self, "Function", "Lambda::Function", properties, logical=logical_id(FLEET_WIDGET))
        resource(self, ERRORS, "CloudWatch::Alarm", _errors(settings), logical=logical_id(ERRORS))


def _errors(settings: EnvironmentSettings) -> dict[str, Any]:
    topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
    lines = (
        "The GPU heat map fails: at least one call in three periods of five minutes ended in an error.",
        "First: Read the log of the function: out of memory, out of time, or a fault of its own.",
        f"Runbook: {settings.runbooks}#{ERRORS}",
    )
    return {
        "AlarmName": f"{settings.name}-{ERRORS}",
        "AlarmDescription": "\n".join(lines),
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": function_name(settings.name, FLEET_WIDGET)}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 3,
        "ComparisonOperator": "GreaterThanThreshold",
        # One failure passes with the next refresh; a quarter of an hour of them does not.
        "Threshold": 0,
        "TreatMissingData": "notBreaching",  # nobody looks, so nobody calls it
        "AlarmActions": [topic],
        "OKActions": [topic],
    }
