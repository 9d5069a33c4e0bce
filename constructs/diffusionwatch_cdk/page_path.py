"""Whether pages arrive: told by the other topic, since the broken one cannot say it."""

from __future__ import annotations

from typing import Any

from .names import topic_arn, topic_name
from .settings import EnvironmentSettings

PAGE_PATH = "page-path"


def page_path_name(environment: str, owner: str = "") -> str:
    """
    >>> page_path_name("prod"), page_path_name("prod", "images")
    ('prod-page-path', 'prod-page-path-images')
    """
    return f"{environment}-{PAGE_PATH}-{owner}".removesuffix("-")


def page_path_alarm(settings: EnvironmentSettings, owner: str = "") -> dict[str, Any]:
    """Properties of the alarm on the page topic of the environment, or on that of an owner of services.

    It tells the environment's ticket topic, or the owner's.
    """
    page, ticket = (f"{owner}-{severity}".removeprefix("-") for severity in ("page", "ticket"))
    ticket = topic_arn(settings.name, ticket, account=settings.account, region=settings.region)
    whose = f" of {owner}" if owner else ""
    lines = (
        f"Pages{whose} are not delivered: at least one failed in five minutes. Nobody may know of what is wrong.",
        "First: Mend the endpoint of the page topic (its address, its answer, its confirmation), then send a test.",
        f"Runbook: {settings.runbooks}#{PAGE_PATH}",
    )
    return {
        "AlarmName": page_path_name(settings.name, owner),
        "AlarmDescription": "\n".join(lines),
        "Namespace": "AWS/SNS",
        "MetricName": "NumberOfNotificationsFailed",
        "Dimensions": [{"Name": "TopicName", "Value": topic_name(settings.name, page)}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,  # each failed page is somebody who sleeps on
        "TreatMissingData": "notBreaching",  # SNS counts when it delivers: no figure is no page
        "AlarmActions": [ticket],
        "OKActions": [ticket],
    }
