"""AWS Cost Anomaly Detection on the bill itself: what the cost meter does not see, such as storage and transfer.

Opt-in: an account holds one monitor of services, which AWS makes with the account's first use of Cost Explorer, so
that a second one is refused ("Getting started with AWS Cost Anomaly Detection").
"""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from ..names import function_name, topic_arn
from ..settings import EnvironmentSettings


def anomaly_detection(scope: Construct, settings: EnvironmentSettings) -> None:
    """A monitor, unless the account's own is named, and who is told of what it finds."""
    wanted = settings.budget.anomalies
    if wanted is None:
        return
    name = function_name(settings.name, "spend")
    subscription = cdk.CfnResource(
        scope,
        "AnomalySubscription",
        type="AWS::CE::AnomalySubscription",
        properties={
            "SubscriptionName": name,
            "Frequency": "IMMEDIATE",  # the only one that reaches a topic
            "MonitorArnList": [wanted.monitor or _monitor(scope, name, settings)],
            "Subscribers": [
                {
                    "Type": "SNS",
                    "Address": topic_arn(settings.name, "ticket", account=settings.account, region=settings.region),
                }
            ],
            "ThresholdExpression": cdk.Stack.of(scope).to_json_string(
                {
                    "Dimensions": {
                        "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                        "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                        "Values": [f"{wanted.usd:g}"],
                    }
                }
            ),
        },
    )
    subscription.override_logical_id("AnomalySubscription")


def _monitor(scope: Construct, name: str, settings: EnvironmentSettings) -> str:
    """Of the budget's tag, where it has one; else of the account's services."""
    kind: dict[str, object] = {"MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    for key, value in settings.budget.tag.items():
        specification = {"Tags": {"Key": key, "Values": [value], "MatchOptions": ["EQUALS"]}}
        kind = {"MonitorType": "CUSTOM", "MonitorSpecification": cdk.Stack.of(scope).to_json_string(specification)}
    monitor = cdk.CfnResource(
        scope, "AnomalyMonitor", type="AWS::CE::AnomalyMonitor", properties={"MonitorName": name, **kind}
    )
    monitor.override_logical_id("AnomalyMonitor")
    return monitor.ref
