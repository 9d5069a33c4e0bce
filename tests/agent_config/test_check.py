from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusionwatch_agent.check import Finding, check
from diffusionwatch_agent.examples import CONFIGURATIONS, EXAMPLES, VALUES


def ec2(change: Callable[[dict[str, Any]], object] = lambda data: None) -> list[Finding]:
    data = json.loads(EXAMPLES["ec2.json"]())
    change(data)
    return check(data)


def eks(change: Callable[[dict[str, Any]], object] = lambda data: None) -> list[Finding]:
    data = json.loads(EXAMPLES["eks-classic.json"]())
    change(data)
    return check(data)


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize("name", [*CONFIGURATIONS, *VALUES])
def test_our_own_configurations_are_clean(name: str) -> None:
    assert check(json.loads(EXAMPLES[name]())) == []


def _rename_key(data: dict[str, Any]) -> None:
    collected = data["metrics"]["metrics_collected"]
    collected["nvidia_smi"] = collected.pop("nvidia_gpu")


@pytest.mark.parametrize(
    ("rule", "where", "change"),
    [
        ("schema-only-key", "metrics.metrics_collected.nvidia_smi", _rename_key),
        (
            "no-fleet-view",
            "metrics.aggregation_dimensions",
            lambda data: data["metrics"].pop("aggregation_dimensions"),
        ),
        (
            "no-fleet-view",
            "metrics.aggregation_dimensions",
            lambda data: data["metrics"].update(aggregation_dimensions=[["InstanceId"]]),
        ),
        (
            "impossible-aggregation",
            'metrics.aggregation_dimensions ["host"]',
            lambda data: data["metrics"]["aggregation_dimensions"].append(["host"]),
        ),
        (
            "impossible-aggregation",
            'metrics.aggregation_dimensions ["InstanceType"]',
            lambda data: data["metrics"]["aggregation_dimensions"].append(["InstanceType"]),
        ),
        (
            "no-unit",
            "metrics.metrics_collected.nvidia_gpu",
            lambda data: data["metrics"]["metrics_collected"]["nvidia_gpu"]["measurement"].append("fan_speed"),
        ),
        (
            "open-listener",
            "logs.metrics_collected.emf",
            lambda data: data["logs"]["metrics_collected"].update(emf={}),
        ),
        (
            "emf-log-group",
            "logs.metrics_collected.emf.log_group_name",
            lambda data: data["logs"]["metrics_collected"]["emf"].update(log_group_name="/x"),
        ),
        (
            "high-resolution",
            "metrics_collection_interval",
            lambda data: data["agent"].update(metrics_collection_interval=10),
        ),
    ],
)
def test_each_trap_of_an_ec2_configuration_is_found(
    rule: str, where: str, change: Callable[[dict[str, Any]], object]
) -> None:
    found = [finding for finding in ec2(change) if finding.rule == rule]
    assert [finding.where for finding in found] == [where]


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("metrics.metric_collected", lambda data: data["metrics"].update(metric_collected={})),
        ("agent.metrics_collection_interval", lambda data: data["agent"].update(metrics_collection_interval="60")),
        (
            "metrics.metrics_collected.nvidia_gpu.measurement",
            lambda data: data["metrics"]["metrics_collected"]["nvidia_gpu"].update(measurement=["gpu_utilization"]),
        ),
        (
            "logs.logs_collected.journald.collect_list.0.retention_in_days",
            lambda data: data["logs"]["logs_collected"]["journald"]["collect_list"][0].update(retention_in_days=31),
        ),
        (
            "metrics.append_dimensions.Fleet",
            lambda data: data["metrics"]["append_dimensions"].update(Fleet="image-api"),
        ),
    ],
)
def test_what_the_schema_refuses_is_named_by_its_place(where: str, change: Callable[[dict[str, Any]], object]) -> None:
    found = [finding for finding in ec2(change) if finding.rule == "schema"]
    assert [finding.where for finding in found] == [where]


def test_a_measurement_with_an_unknown_unit_is_one_finding() -> None:
    def change(data: dict[str, Any]) -> None:
        data["metrics"]["metrics_collected"]["nvidia_gpu"]["measurement"][0]["unit"] = "Celsius"

    (finding,) = ec2(change)
    assert finding.where.startswith("metrics.metrics_collected.nvidia_gpu.measurement.0")
    assert "'Celsius' is no unit of CloudWatch" in finding.message


def _config(data: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = data["agent"]["config"]
    return config


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("replaced-default", lambda data: _config(data)["logs"]["metrics_collected"].pop("kubernetes")),
        ("closed-port", lambda data: _config(data)["logs"]["metrics_collected"].pop("emf")),
        ("closed-port", lambda data: data["agent"].pop("config")),
        ("no-region", lambda data: _config(data)["agent"].pop("region")),
        (
            "loopback-listener",
            lambda data: _config(data)["logs"]["metrics_collected"]["emf"].update(
                service_address="tcp://127.0.0.1:25888"
            ),
        ),
        ("dcgm-affinity", lambda data: data["dcgmExporter"].pop("affinity")),
        ("dcgm-affinity", lambda data: data["dcgmExporter"].update(enabled=False)),
    ],
)
def test_each_trap_of_add_on_values_is_found(rule: str, change: Callable[[dict[str, Any]], object]) -> None:
    assert rules(eks(change)) == [rule]


def test_the_chart_s_own_affinity_is_said_to_miss_five_families() -> None:
    (finding,) = eks(lambda data: data["dcgmExporter"].pop("affinity"))
    assert "of g6f, g7, g7e, gr6f, p5" in finding.message


def test_otel_mode_needs_no_classic_section() -> None:
    data = json.loads(EXAMPLES["eks-otel.json"]())
    assert check(data) == []
    classic = copy.deepcopy(data)
    classic["otelContainerInsights"]["enabled"] = False
    assert rules(check(classic)) == ["replaced-default"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.data())
def test_no_file_however_odd_breaks_the_check(data: st.DataObject) -> None:
    """One place of a good file, whichever, is replaced by anything that JSON can hold."""
    name = data.draw(st.sampled_from([*CONFIGURATIONS, *VALUES]))
    whole = {"": json.loads(EXAMPLES[name]())}
    holder, key = data.draw(st.sampled_from(list(_places(whole))))
    holder[key] = data.draw(anything)
    if isinstance(whole[""], dict):
        for finding in check(whole[""]):
            assert finding.message


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])
