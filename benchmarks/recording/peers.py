"""What a worker could use instead."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.recording import Running


def aws_embedded_metrics(port: int) -> Running:
    os.environ.update(AWS_EMF_ENVIRONMENT="default", AWS_EMF_AGENT_ENDPOINT=f"tcp://127.0.0.1:{port}")
    from aws_embedded_metrics import metric_scope  # type: ignore[attr-defined]

    @metric_scope
    def record(number: int, metrics: object) -> None:
        metrics.set_dimensions({"Service": "image-api", "Model": "sdxl"})  # type: ignore[attr-defined]
        metrics.put_metric("GenerationLatency", 2345.678 + number, "Milliseconds")  # type: ignore[attr-defined]
        metrics.put_metric("RequestsCompleted", 1, "Count")  # type: ignore[attr-defined]
        metrics.put_metric("RequestsSlow", 0, "Count")  # type: ignore[attr-defined]
        metrics.put_metric("ImagesGenerated", 1, "Count")  # type: ignore[attr-defined]
        for name, value in (("request_id", "r-1"), ("steps", 30), ("width", 1024), ("height", 1024)):
            metrics.set_property(name, value)  # type: ignore[attr-defined]

    return Running(record)  # type: ignore[arg-type]


def powertools(port: int) -> Running:
    from aws_lambda_powertools.metrics import Metrics, MetricUnit

    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - it prints its events
    metrics = Metrics(namespace="DiffusionWatch", service="image-api")

    def record(number: int) -> None:
        metrics.add_dimension(name="Model", value="sdxl")
        metrics.add_metric(name="GenerationLatency", unit=MetricUnit.Milliseconds, value=2345.678 + number)
        metrics.add_metric(name="RequestsCompleted", unit=MetricUnit.Count, value=1)
        metrics.add_metric(name="RequestsSlow", unit=MetricUnit.Count, value=0)
        metrics.add_metric(name="ImagesGenerated", unit=MetricUnit.Count, value=1)
        for name, value in (("request_id", "r-1"), ("steps", 30), ("width", 1024), ("height", 1024)):
            metrics.add_metadata(key=name, value=value)
        metrics.flush_metrics()

    return Running(record)


def opentelemetry(port: int) -> Running:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("bench")
    latency = meter.create_histogram("GenerationLatency")
    counts = [meter.create_counter(name) for name in ("RequestsCompleted", "RequestsSlow", "ImagesGenerated")]
    attributes = {"Service": "image-api", "Model": "sdxl"}

    def record(number: int) -> None:
        latency.record(2345.678 + number, attributes)
        for count in counts:
            count.add(1, attributes)

    return Running(record, reader.get_metrics_data)


def prometheus(port: int) -> Running:
    from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

    registry = CollectorRegistry()
    labels = ["service", "model"]
    latency = Histogram("generation_latency", "-", labels, registry=registry)
    counts = [Counter(name, "-", labels, registry=registry) for name in ("completed", "slow", "images")]

    def record(number: int) -> None:
        latency.labels("image-api", "sdxl").observe(2345.678 + number)
        for count in counts:
            count.labels("image-api", "sdxl").inc()

    return Running(record, lambda: generate_latest(registry))
