"""What functions use: calls by their schedule, seconds by their memory, and what ours ask of CloudWatch."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from diffusionwatch.catalog import METRICS, MODEL, SERVICE, Emitter

from ..validation.numbers import number
from ..validation.project import Project
from ..validation.resource import Resource
from ..validation.shapes import mapping
from .custom_metrics import models
from .line import Assumptions, Item

HOURS_A_MONTH = 730
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_A_MONTH = {"minute": HOURS_A_MONTH * 60, "hour": HOURS_A_MONTH, "day": HOURS_A_MONTH / 24}


def function(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """A scheduled function; of any other the number of calls is unknown. A function runs with or without a fleet."""
    calls = calls_a_month(resource, project)
    yield Item("lambda_requests", None if calls is None else calls / 1e6, "function, its calls")
    memory = number(resource.properties.get("MemorySize")) or 128
    seconds = None if calls is None else calls * assumed.SECONDS_A_CALL * memory / 1024
    arm = "arm64" in (resource.properties.get("Architectures") or ())
    yield Item("lambda_arm64" if arm else "lambda_x86_64", seconds, "function, its time")
    if "DIFFUSIONWATCH_DIGEST" in _variables(resource):
        count = sum(metric.emitter is Emitter.DIGEST for metric in METRICS.values())
        yield Item("custom_metric", count, "custom metrics of the alert digest")
        yield Item("metric_image", assumed.pages_per_month / 1000, "pictures in the alert digest's messages")
    if watched := _services(resource, "DIFFUSIONWATCH_GUARDED"):
        count = sum(metric.emitter is Emitter.IDLE_GUARD for metric in METRICS.values()) * len(watched)
        yield Item("custom_metric", count, "custom metrics of the idle guard")
    metered = services(resource)
    if metered and calls is not None:
        series = Counter(
            dimensions
            for one in METRICS.values()
            if one.emitter is Emitter.COST_METER
            for dimensions in one.dimension_sets
        )
        named = sum(len(models(project, service)) or 1 for service in metered)
        count = series[SERVICE] * len(metered) + series[MODEL] * named
        yield Item("custom_metric", count, "custom metrics of the cost meter")
        read = calls * (assumed.instances * len(metered) + named) / 1000
        yield Item("get_metric_data", read, "GPU utilisation and images that the cost meter reads")


def services(resource: Resource) -> dict[str, Any]:
    """The fleets that a function meters, by service: Auto Scaling group, instance type, dollars an hour."""
    return _services(resource, "DIFFUSIONWATCH_SERVICES")


def _services(resource: Resource, variable: str) -> dict[str, Any]:
    try:
        found = json.loads(str(_variables(resource).get(variable, "{}")))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _variables(resource: Resource) -> Mapping[str, Any]:
    environment = resource.properties.get("Environment")
    found = environment.get("Variables") if isinstance(environment, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def calls_a_month(resource: Resource, project: Project) -> float | None:
    """By the schedules that name the function; None when no schedule does."""
    total = 0.0
    for rule in project.of("AWS::Events::Rule"):
        match = _RATE.fullmatch(str(rule.properties.get("ScheduleExpression", "")))
        targets = [one.get("Arn") for one in rule.properties.get("Targets") or () if isinstance(one, Mapping)]
        if match and rule.document is resource.document and f"${{{resource.logical_id}.Arn}}" in targets:
            total += _A_MONTH[match[2]] / int(match[1])
    return total or None


def canary(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    schedule = mapping(resource.properties.get("Schedule"))
    match = _RATE.fullmatch(str(schedule.get("Expression", "")))
    runs = _A_MONTH[match[2]] / int(match[1]) if match else None
    yield Item("canary_run", runs, "canary")
    yield Item("canary_rest", 1, "what the canary uses beside its runs")
