"""Custom metrics: each combination of a name and the values of its dimensions is one, in hours in which it has data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from diffusionwatch.catalog import ERROR_CLASS, FAULTS, METRICS, MODEL, REJECTIONS, Emitter

from ..validation.project import Project
from ..validation.resource import Resource
from ..validation.shapes import mapping, mappings
from .line import Assumptions, Item

WORKER_LOGS = re.compile(r"/diffusionwatch/(?P<environment>[^/]+)/(?P<service>[^/]+)/worker")
_OF_INSTANCES = frozenset({"InstanceId", "host", "ImageId"})


def of_worker(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Of the catalogue, at the most: an error class that never happens makes no metric."""
    match = WORKER_LOGS.fullmatch(str(resource.properties.get("LogGroupName", "")))
    if match is None:
        return
    named = len(models(project, match["service"])) or 1
    count = sum(
        _series(name, dimensions, named)
        for name, metric in METRICS.items()
        for dimensions in metric.dimension_sets
        if metric.emitter is Emitter.WORKER
    )
    what = f"custom metrics of the workers, {named} model{'s' if named > 1 else ''}: at most {count}"
    yield Item("custom_metric", count * assumed.months, what)


def _series(name: str, dimensions: tuple[str, ...], models: int) -> int:
    if dimensions == MODEL:
        return models
    if dimensions == ERROR_CLASS:
        return len(FAULTS if name == "RequestsFaulted" else REJECTIONS)
    return 1


def models(project: Project, service: str) -> set[str]:
    """The models that alarms and dashboards name, or let people choose."""
    found: set[str] = set()
    for resource in project.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"):
        offered = _offered(resource)
        for metric in (one for request in resource.requests for one in request.metrics):
            dimensions = dict(metric.dimensions)
            if dimensions.get("Service") == service and "Model" in dimensions:
                found.update(offered.get(dimensions["Model"], [dimensions["Model"]]))
    return found


def _offered(resource: Resource) -> dict[str, list[str]]:
    """What a dashboard's variables offer, by the word in whose place it comes."""
    variables = mappings(mapping(resource.body).get("variables"))
    return {
        str(one.get("pattern")): [str(value["value"]) for value in mappings(one.get("values"))] for one in variables
    }


def of_agent(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Of a parameter that holds the CloudWatch agent's configuration."""
    configuration = _configuration(resource)
    if configuration is None:
        return
    fleet, node = series_of_agent(configuration, assumed.gpus_per_instance)
    count = (fleet + node * assumed.instances) * assumed.months
    yield Item("custom_metric", count, f"custom metrics of the agents: {fleet} of the fleet, {node} of each instance")
    interval = (configuration.get("agent") or {}).get("metrics_collection_interval", 60)
    calls = assumed.instances * assumed.hours * 3600 / max(60, interval) / 1000
    yield Item("put_metric_data", calls, "calls of the agents")


def series_of_agent(configuration: Mapping[str, Any], gpus: int) -> tuple[int, int]:
    """Custom metrics of the whole fleet, and further ones of each instance."""
    metrics = configuration["metrics"]
    sets = metrics.get("aggregation_dimensions") or []
    fleet_sets = sum(not _OF_INSTANCES.intersection(one) for one in sets)
    fleet = node = 0
    for plugin, settings in metrics["metrics_collected"].items():
        for measurement in settings.get("measurement", ()) if isinstance(settings, Mapping) else ():
            name = measurement["name"] if isinstance(measurement, Mapping) else measurement
            fleet += fleet_sets
            node += len(sets) - fleet_sets
            if name not in settings.get("drop_original_metrics", ()):
                node += gpus if plugin.startswith("nvidia") else max(1, len(settings.get("resources", ())))
    return fleet, node


def _configuration(resource: Resource) -> dict[str, Any] | None:
    try:
        data = json.loads(str(resource.properties.get("Value")))
    except ValueError:
        return None
    collected = (data.get("metrics") or {}).get("metrics_collected") if isinstance(data, dict) else None
    return data if isinstance(collected, dict) else None


def of_filter(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Of a metric filter: one metric, or as many as its dimensions have values."""
    for one in mappings(resource.properties.get("MetricTransformations")):
        count = None if one.get("Dimensions") else assumed.months
        yield Item("custom_metric", count, f"metric filter {one.get('MetricName')}")
