"""Our transport under code that was written for aws-embedded-metrics.

>>> from diffusionwatch import embedded_metrics              # doctest: +SKIP
>>> embedded_metrics.install()                               # doctest: +SKIP

From then on ``@metric_scope`` and ``MetricsLogger`` serialise and send from the background thread: a request no longer
waits for the agent, and a value that cannot be serialised no longer raises into it. Metrics, dimensions, namespace,
log group and properties stay as they were. Needs the extra ``emf``.
"""

from __future__ import annotations

from typing import Any

from aws_embedded_metrics.environment import environment_detector
from aws_embedded_metrics.environment.default_environment import DefaultEnvironment
from aws_embedded_metrics.logger.metrics_context import MetricsContext
from aws_embedded_metrics.sinks import Sink

from diffusionwatch.foreign import ForeignEvent, ForeignMetric
from diffusionwatch.monitor import GenerationMonitor


def install(monitor: GenerationMonitor | None = None) -> GenerationMonitor:
    """Puts ``monitor``'s transport under aws-embedded-metrics, or that of one from the environment; gives it back.

    The library's own search for its environment (Lambda, EC2 metadata) is skipped.
    """
    monitor = monitor or GenerationMonitor.from_env()
    environment_detector.EnvironmentCache.environment = _Environment(monitor)
    return monitor


class _Environment(DefaultEnvironment):
    def __init__(self, monitor: GenerationMonitor) -> None:
        super().__init__()
        self.sink = _Sink(monitor, self.get_log_group_name())


class _Sink(Sink):
    def __init__(self, monitor: GenerationMonitor, log_group: str) -> None:
        self._monitor, self._log_group = monitor, log_group

    @staticmethod
    def name() -> str:
        return "DiffusionWatchSink"

    def accept(self, context: MetricsContext) -> None:
        """Takes a copy of what the logger holds, which it is about to replace; the background thread does the rest."""
        self._monitor.record(event_of(context, self._log_group))


def event_of(context: MetricsContext, log_group: str) -> ForeignEvent:
    """The context as an event of ours."""
    metrics: dict[Any, ForeignMetric] = {
        name: ForeignMetric(metric.values, metric.unit, metric.storage_resolution.value)
        for name, metric in context.metrics.items()
    }
    return ForeignEvent(
        namespace=context.namespace,
        meta={**context.meta, "LogGroupName": log_group},
        dimension_sets=[dict(one) for one in context.get_dimensions()],
        metrics=metrics,
        properties=dict(context.properties),
    )
