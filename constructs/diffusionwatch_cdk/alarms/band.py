"""Alarms on what is unusual: CloudWatch learns a band by hour and weekday, and the alarm is on leaving it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from ..watched import WatchedFleet
from .rule import AlarmRule, Comparison

BAND = "band"
"""Id of the band among an alarm's metrics."""


class BandRule(AlarmRule):
    """An alarm on an anomaly-detection band; its threshold is the band's width in standard deviations."""

    default: ClassVar[float] = 3
    default_reason: ClassVar[str] = (
        "At 2, AWS's own, one of twenty good periods is outside; at 3 one of four hundred, and three in a row are none."
    )
    period: ClassVar[int] = 300
    datapoints: ClassVar[int] = 3
    periods: ClassVar[int] = 3
    twin: ClassVar[str]
    """id of the alarm with a constant that speaks for the same thing"""

    @abstractmethod
    def wanted(self, watched: WatchedFleet) -> bool:
        """Whether the settings ask for the band."""

    def applies(self, watched: WatchedFleet) -> bool:
        return watched.settings.bands.trained and self.wanted(watched)

    def banded(self, watched: WatchedFleet, threshold: float) -> list[dict[str, Any]]:
        """Metrics of AWS::CloudWatch::Alarm: what is measured, and its band."""
        queries = self.measure(watched, threshold).queries()
        (measured,) = [query["Id"] for query in queries if query["ReturnData"]]
        band = {"Id": BAND, "Expression": f"ANOMALY_DETECTION_BAND({measured}, {threshold:g})", "ReturnData": True}
        return [*queries, band]

    def detector(self, watched: WatchedFleet) -> dict[str, Any]:
        """Properties of the AWS::CloudWatch::AnomalyDetector that learns the band."""
        measure = self.measure(watched, self.default)
        if measure.expression:
            return {"MetricMathAnomalyDetector": {"MetricDataQueries": measure.queries()}}
        (query,) = measure.queries()
        stat = query["MetricStat"]
        return {"SingleMetricAnomalyDetector": {**stat["Metric"], "Stat": stat["Stat"]}}


ABOVE: Comparison = "GreaterThanUpperThreshold"
BELOW: Comparison = "LessThanLowerThreshold"
