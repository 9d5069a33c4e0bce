"""Alarms on the monitoring's own parts: they tell a topic directly, since what is broken cannot say so. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .names import topic_arn
from .settings import EnvironmentSettings


@dataclass(frozen=True)
class OwnAlarm:
    """One alarm, named ``<environment>-<id>``: what it says, by which figure, why then. Its runbook is called like it.

    Missing data is no breach unless it says otherwise: most of these figures come when something goes wrong.
    """

    id: str
    what: str
    first: str
    namespace: str
    metric: str
    stat: str
    threshold: float
    period: int
    datapoints: int
    periods: int
    comparison: str = "GreaterThanThreshold"
    missing: str = "notBreaching"
    warm_up_minutes: int = 0

    def properties(
        self, settings: EnvironmentSettings, dimension: tuple[str, str], *, name: str = "", tells: str = "ticket"
    ) -> dict[str, Any]:
        """Of AWS::CloudWatch::Alarm; it tells the topic ``tells`` of the environment."""
        topic = topic_arn(settings.name, tells, account=settings.account, region=settings.region)
        warm_up = {
            "WarmUpConfiguration": {
                "WarmUpPeriodDurationInMinutes": self.warm_up_minutes,
                "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True,
            }
        }
        return {
            "AlarmName": name or f"{settings.name}-{self.id}",
            "AlarmDescription": f"{self.what}\nFirst: {self.first}\nRunbook: {settings.runbooks}#{self.id}",
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Dimensions": [{"Name": dimension[0], "Value": dimension[1]}],
            "Statistic": self.stat,
            "Period": self.period,
            "EvaluationPeriods": self.periods,
            "DatapointsToAlarm": self.datapoints,
            "ComparisonOperator": self.comparison,
            "Threshold": self.threshold,
            "TreatMissingData": self.missing,
            **(warm_up if self.warm_up_minutes else {}),
            "AlarmActions": [topic],
            "OKActions": [topic],
        }
