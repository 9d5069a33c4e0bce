"""What alarms and dashboards use."""

from __future__ import annotations

from collections.abc import Iterator

from ..validation.project import Project
from ..validation.resource import Resource
from .line import Assumptions, Item


def alarm(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """By metric: an alarm on math pays for each metric, one on a band for the metric and both edges."""
    if "EvaluationCriteria" in resource.properties:
        yield Item("alarm_promql", 1, "PromQL alarm")
        return
    metrics = [metric for request in resource.requests for metric in request.metrics]
    expressions = [one.text for request in resource.requests for one in request.expressions]
    queries = [text for text in expressions if text.lstrip().upper().startswith("SELECT ")]
    if queries:
        matched = assumed.instances * (assumed.gpus_per_instance if "index" in queries[0] else 1)
        quantity = matched if "InstanceId" in queries[0] else None
        yield Item("alarm_insights", quantity, "Metrics Insights alarm, by the metrics that its query matches")
        return
    bands = 2 if any("ANOMALY_DETECTION_BAND" in text for text in expressions) else 0
    fast = any(isinstance(metric.period, (int, float)) and metric.period < 60 for metric in metrics)
    quantity = len(metrics) + bands if metrics else None
    yield Item("alarm_high_resolution" if fast else "alarm", quantity, "alarm, by its metrics")


def composite(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    yield Item("alarm_composite", 1, "composite alarm")


def log_alarm(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    yield Item("alarm_log", 1, "log alarm")


def detector(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """An alarm on its band is billed for the band too."""
    yield Item("anomaly_detector", 1, "anomaly detector")


def dashboard(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    yield Item("dashboard", 1, "dashboard")
