"""Whether the functions of the money work; beside cost-meter-silent and cost-meter-errors of each service. Pure."""

from __future__ import annotations

from typing import Any

from ..names import topic_arn
from ..settings import EnvironmentSettings
from .books import dead_letters_name

DEAD_LETTERS = "cost-dead-letters"
"""An alarm of the environment; its heading in the runbooks."""


def money_alarms(settings: EnvironmentSettings) -> dict[str, dict[str, Any]]:
    """Properties by id of the alarm ``<environment>-cost-dead-letters``; it tells the ticket topic."""
    topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
    lines = (
        "A function of the money failed three times in a row, or could not be called.",
        "First: Read the log of the function that the message names; the next call makes up for what this one missed.",
        f"Runbook: {settings.runbooks}#{DEAD_LETTERS}",
    )
    return {
        DEAD_LETTERS: {
            "AlarmName": f"{settings.name}-{DEAD_LETTERS}",
            "AlarmDescription": "\n".join(lines),
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{"Name": "QueueName", "Value": dead_letters_name(settings.name)}],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            # One failure is tried again twice; a queue that reports nothing has been empty for hours.
            "Threshold": 0,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [topic],
            "OKActions": [topic],
        }
    }
