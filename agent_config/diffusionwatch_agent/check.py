"""Checks somebody's agent configuration, or add-on values, for what the agent accepts in silence.

>>> for finding in check({"metrics": {"metrics_collected": {"nvidia_smi": {"measurement": ["utilization_gpu"]}}}}):
...     print(finding.rule)
schema-only-key
no-fleet-view
no-unit
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from diffusionwatch_agent.eks import Mode
from diffusionwatch_agent.instances import INSTANCES
from diffusionwatch_agent.models import Configuration

DIMENSIONS = ("AutoScalingGroupName", "ImageId", "InstanceId", "InstanceType")


@dataclass(frozen=True)
class Finding:
    """One thing that will not do what it seems to: rule, place in the file, what happens and what to do."""

    rule: str
    where: str
    message: str


_Item = TypeVar("_Item")
Rule = Callable[[dict[str, Any]], Iterable[Finding]]


def check(data: dict[str, Any]) -> list[Finding]:
    """The findings in a configuration, or in the add-on's values (what has an `agent.config`), worst first."""
    if _is_values(data):
        return list(_values(data))
    return [*_schema(data), *(finding for rule in _EC2_RULES for finding in rule(data))]


_BRANCHES = frozenset({"constrained-str", "NamedMeasurement", "Otlp", "list[Otlp]"})
"""What pydantic adds to a place where either of two types may stand."""


def _schema(data: dict[str, Any], prefix: str = "") -> Iterator[Finding]:
    try:
        Configuration.model_validate(data)
    except ValidationError as error:
        found = {}
        for problem in error.errors(include_url=False):
            where = prefix + ".".join(str(part) for part in problem["loc"] if part not in _BRANCHES)
            unknown = problem["type"] == "extra_forbidden"
            found[where] = "unknown key: the agent refuses it or does not read it" if unknown else problem["msg"]
        for where, message in found.items():
            if not any(other.startswith(f"{where}.") for other in found):  # the branch that was not meant
                yield Finding("schema", where, message)


def _schema_only_key(data: dict[str, Any]) -> Iterator[Finding]:
    if "nvidia_smi" in _at(data, "metrics", "metrics_collected"):
        yield Finding(
            "schema-only-key",
            "metrics.metrics_collected.nvidia_smi",
            "the agent documents nvidia_gpu; under nvidia_smi its schema refuses measurements with a unit",
        )


def _no_fleet_view(data: dict[str, Any]) -> Iterator[Finding]:
    sets = _items(_at(data, "metrics"), "aggregation_dimensions", list)
    missing = [name for name in ("AutoScalingGroupName", "InstanceId") if [name] not in sets]
    if _gpu(data) and missing:
        yield Finding(
            "no-fleet-view",
            "metrics.aggregation_dimensions",
            f"without {' and '.join(f'[{name}]' for name in missing)} an alarm must name a GPU's index, name and arch",
        )


def _impossible_aggregation(data: dict[str, Any]) -> Iterator[Finding]:
    appended = _at(data, "metrics", "append_dimensions")
    for dimensions in _items(_at(data, "metrics"), "aggregation_dimensions", list):
        for name in dimensions:
            if name == "host" and appended:
                message = "append_dimensions drops the host dimension, so this set is never sent"
            elif name in DIMENSIONS and name not in appended:
                message = f"{name} is not among append_dimensions, so this set is never sent"
            else:
                continue
            yield Finding("impossible-aggregation", f"metrics.aggregation_dimensions {json.dumps(dimensions)}", message)


def _no_unit(data: dict[str, Any]) -> Iterator[Finding]:
    measurements = _gpu(data)
    bare = _items(measurements, "measurement", str)
    bare += [str(m.get("name", "?")) for m in _items(measurements, "measurement", dict) if "unit" not in m]
    if bare:
        names = ", ".join(bare)
        yield Finding("no-unit", "metrics.metrics_collected.nvidia_gpu", f"sent without a unit: {names}")


def _open_listener(data: dict[str, Any]) -> Iterator[Finding]:
    collected = _at(data, "logs", "metrics_collected")
    for key in ("emf", "structuredlog"):
        if key in collected and "127.0.0.1" not in str(_at(collected, key).get("service_address")):
            yield Finding(
                "open-listener",
                f"logs.metrics_collected.{key}",
                "listens on every interface; a service_address of tcp://127.0.0.1:25888 keeps it on this host",
            )


def _log_group_for_emf(data: dict[str, Any], prefix: str = "") -> Iterator[Finding]:
    emf = _at(data, "logs", "metrics_collected", "emf")
    if named := [key for key in emf if "log_group" in key.lower() or "loggroup" in key.lower()]:
        yield Finding(
            "emf-log-group",
            f"{prefix}logs.metrics_collected.emf.{named[0]}",
            "not read: each document names its own group in _aws.LogGroupName, and is dropped without one",
        )


def _fast(data: dict[str, Any]) -> Iterator[Finding]:
    interval = _gpu(data).get("metrics_collection_interval") or _at(data, "agent").get(
        "metrics_collection_interval", 60
    )
    if isinstance(interval, int) and interval < 60:
        yield Finding(
            "high-resolution",
            "metrics_collection_interval",
            f"{interval} s stores every figure in high resolution; alarms over minutes gain nothing by it",
        )


_EC2_RULES: tuple[Rule, ...] = (
    _schema_only_key,
    _no_fleet_view,
    _impossible_aggregation,
    _no_unit,
    _open_listener,
    _log_group_for_emf,
    _fast,
)


def _values(values: dict[str, Any]) -> Iterator[Finding]:
    config = _at(values, "agent").get("config")
    mode: Mode = "otel" if _at(values, "otelContainerInsights").get("enabled") else "classic"
    if isinstance(config, dict):
        yield from _schema(config, "agent.config.")
        yield from _log_group_for_emf(config, "agent.config.")
        yield from _replaced_default(config, mode)
    else:
        yield Finding("closed-port", "agent.config", "the default configuration has no emf: pods cannot send metrics")
    if types := _without_gpu_metrics(values):
        families = ", ".join(sorted({name.partition(".")[0] for name in types}))
        yield Finding(
            "dcgm-affinity",
            "dcgmExporter.affinity",
            f"no GPU metrics from {len(types)} instance types, of {families}: the DCGM exporter is not scheduled there",
        )


def _replaced_default(config: dict[str, Any], mode: Mode) -> Iterator[Finding]:
    collected = _at(config, "logs", "metrics_collected")
    if mode == "classic" and not _at(collected, "kubernetes").get("enhanced_container_insights"):
        yield Finding(
            "replaced-default",
            "agent.config",
            "replaces the default configuration: without logs.metrics_collected.kubernetes with "
            "enhanced_container_insights no GPU, pod or node metric is sent",
        )
    if not _at(config, "agent").get("region"):
        yield Finding("no-region", "agent.config.agent.region", "the chart replaces an agent section without a region")
    if "emf" not in collected:
        yield Finding("closed-port", "agent.config", "the operator opens port 25888 only where emf is configured")
    for where, address in _addresses(config):
        if address.startswith(("127.", "localhost", "tcp://127.", "udp://127.", "tcp:127.", "udp:127.")):
            yield Finding("loopback-listener", f"agent.config.{where}", f"{address} cannot be reached from other pods")


# The chart's own list, as of 6.4.0, covers all types but these.
_NOT_IN_THE_CHART = frozenset(
    name for name, known in INSTANCES.items() if known.family in {"g6f", "gr6f", "g7", "g7e"} or name == "p5.4xlarge"
)


def _without_gpu_metrics(values: dict[str, Any]) -> frozenset[str]:
    exporter = _at(values, "dcgmExporter")
    if exporter.get("enabled") is False:
        return frozenset(INSTANCES)
    if "affinity" not in exporter:
        return _NOT_IN_THE_CHART
    rules = _at(exporter, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    missing = frozenset(INSTANCES)
    for term in _items(rules, "nodeSelectorTerms", dict):
        for expression in _items(term, "matchExpressions", dict):
            if (expression.get("key"), expression.get("operator")) == ("node.kubernetes.io/instance-type", "In"):
                missing -= set(_items(expression, "values", str))
    return missing


def _addresses(section: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(section, dict):
        for key, value in section.items():
            place = f"{where}.{key}" if where else key
            if isinstance(value, str) and key.endswith(("_address", "_endpoint")):
                yield place, value
            yield from _addresses(value, place)


def _is_values(data: dict[str, Any]) -> bool:
    roots = {"dcgmExporter", "containerInsights", "otelContainerInsights", "containerLogs", "agents"}
    return bool(roots & set(data)) or "config" in _at(data, "agent")


def _gpu(data: dict[str, Any]) -> dict[str, Any]:
    collected = _at(data, "metrics", "metrics_collected")
    section = collected.get("nvidia_gpu") or collected.get("nvidia_smi") or {}
    return section if isinstance(section, dict) else {}


def _items(section: dict[str, Any], key: str, kind: type[_Item]) -> list[_Item]:
    found = section.get(key)
    return [item for item in found if isinstance(item, kind)] if isinstance(found, list) else []


def _at(data: dict[str, Any], *path: str) -> dict[str, Any]:
    for key in path:
        found = data.get(key)
        data = found if isinstance(found, dict) else {}
    return data
