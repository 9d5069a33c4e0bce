"""What CloudWatch says of GPUs and images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .billing import DAY, Instance
from .metrics import NAMESPACE
from .service import Service

QUERIES_A_CALL = 500  # GetMetricData's limit
ON_EC2, ON_EKS = ("CWAgent", "nvidia_smi_utilization_gpu"), ("ContainerInsights", "node_gpu_utilization")
IMAGES = "ImagesGenerated"

Values = list[tuple[float, float]]
"""(seconds since the epoch, value)."""


def utilization(
    cloudwatch: Any, service: Service, instances: Sequence[Instance], start: float, end: float
) -> dict[str, Values]:
    """Each instance's GPU utilisation, percent, a value a minute."""
    queries = [
        {
            "Id": f"u{number}",
            "MetricStat": {"Metric": _utilization(service, one), "Period": 60, "Stat": "Average"},
        }
        for number, one in enumerate(instances)
    ]
    found: dict[str, Values] = {one.instance_id: [] for one in instances}
    for first in range(0, len(queries), QUERIES_A_CALL):
        for result in _results(cloudwatch, queries[first : first + QUERIES_A_CALL], start, end):
            found[instances[int(result["Id"][1:])].instance_id].extend(_values(result))
    return found


def _utilization(service: Service, instance: Instance) -> dict[str, Any]:
    if service.cluster:
        dimensions = {"ClusterName": service.cluster, "NodeName": instance.node, "InstanceId": instance.instance_id}
        return _metric(*ON_EKS, dimensions)
    return _metric(*ON_EC2, {"InstanceId": instance.instance_id})


def images_by_model(cloudwatch: Any, environment: str, service: str, start: float, end: float) -> dict[str, Values]:
    """Images by model, a value every five minutes."""
    where = f'Environment="{environment}" Service="{service}"'
    search = f'{{{NAMESPACE},Environment,Service,Model}} MetricName="{IMAGES}" {where}'
    query = {"Id": "images", "Expression": f"SEARCH('{search}', 'Sum', 300)", "Label": "${PROP('Dim.Model')}"}
    return {result["Label"]: _values(result) for result in _results(cloudwatch, [query], start, end)}


def images_by_day(cloudwatch: Any, environment: str, service: str, first: float, days: int) -> Values:
    """Images of whole days (UTC) from the one that begins at `first`; a day without any is absent."""
    metric = _metric(NAMESPACE, IMAGES, {"Environment": environment, "Service": service})
    query = {"Id": "images", "MetricStat": {"Metric": metric, "Period": int(DAY), "Stat": "Sum"}}
    return [pair for one in _results(cloudwatch, [query], first, first + days * DAY) for pair in _values(one)]


def _metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": pairs}


def _results(cloudwatch: Any, queries: list[dict[str, Any]], start: float, end: float) -> Iterator[Mapping[str, Any]]:
    begin, finish = (datetime.fromtimestamp(at, timezone.utc) for at in (start, end))
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=begin, EndTime=finish
    )
    for page in pages:
        yield from page["MetricDataResults"]


def _values(result: Mapping[str, Any]) -> Values:
    return [(at.timestamp(), value) for at, value in zip(result["Timestamps"], result["Values"], strict=True)]
