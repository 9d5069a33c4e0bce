from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_agent import GpuNodes, LogFile, custom_metrics, ec2_configuration, ec2_emits, render
from diffusionwatch_agent.emits import SINGLE_GPU
from diffusionwatch_agent.measurements import DEFAULT_GPU, GPU


def nodes(**changes: Any) -> GpuNodes:
    return GpuNodes(**{"environment": "prod", "service": "image-api", "instance_type": "g6e.xlarge", **changes})


def gpu_section(given: GpuNodes) -> dict[str, Any]:
    section: dict[str, Any] = ec2_configuration(given)["metrics"]["metrics_collected"]["nvidia_gpu"]
    return section


def test_gpu_figures_are_rolled_up_by_fleet_and_by_instance() -> None:
    metrics = ec2_configuration(nodes())["metrics"]
    assert metrics["aggregation_dimensions"] == [["AutoScalingGroupName"], ["InstanceId"]]
    assert metrics["append_dimensions"] == {
        "AutoScalingGroupName": "${aws:AutoScalingGroupName}",
        "InstanceId": "${aws:InstanceId}",
    }


def test_every_aggregation_set_is_made_of_appended_dimensions() -> None:
    metrics = ec2_configuration(nodes())["metrics"]
    for dimensions in metrics["aggregation_dimensions"]:
        assert set(dimensions) < set(metrics["append_dimensions"])


def test_every_gpu_measurement_carries_its_unit() -> None:
    section = gpu_section(nodes(measurements=tuple(GPU)))
    assert [(m["name"], m["unit"]) for m in section["measurement"]] == [(m.name, m.unit) for m in GPU.values()]
    assert len(section["measurement"]) == 17


def test_only_the_chosen_figures_are_kept_for_each_single_gpu() -> None:
    section = gpu_section(nodes(per_gpu=("power_draw",)))
    assert set(section["drop_original_metrics"]) == set(DEFAULT_GPU) - {"power_draw"}


def test_nothing_is_dropped_when_every_figure_is_kept() -> None:
    assert "drop_original_metrics" not in gpu_section(nodes(per_gpu=DEFAULT_GPU))


def test_listeners_are_on_loopback_alone() -> None:
    text = render(ec2_configuration(nodes()))
    assert "0.0.0.0" not in text
    configuration = json.loads(text)
    assert configuration["logs"]["metrics_collected"]["emf"] == {"service_address": "tcp://127.0.0.1:25888"}
    traces = configuration["traces"]["traces_collected"]
    assert traces["xray"]["bind_address"] == "127.0.0.1:2000"
    assert traces["otlp"] == {"grpc_endpoint": "127.0.0.1:4317", "http_endpoint": "127.0.0.1:4318"}


def test_log_files_go_to_the_node_s_log_group_with_filters_and_retention() -> None:
    file = LogFile("/var/log/worker.log", include=("WARN",), exclude=("healthz",), timestamp_format="%Y-%m-%d")
    (entry,) = ec2_configuration(nodes(log_files=(file,), retention_days=7))["logs"]["logs_collected"]["files"][
        "collect_list"
    ]
    assert entry == {
        "file_path": "/var/log/worker.log",
        "log_group_name": "/diffusionwatch/prod/image-api/node",
        "log_stream_name": "{instance_id}",
        "retention_in_days": 7,
        "filters": [
            {"type": "include", "expression": "WARN"},
            {"type": "exclude", "expression": "healthz"},
        ],
        "timestamp_format": "%Y-%m-%d",
    }


def test_the_kernel_s_words_about_the_gpus_are_collected_unless_switched_off() -> None:
    (entry,) = ec2_configuration(nodes())["logs"]["logs_collected"]["journald"]["collect_list"]
    assert entry["matches"] == [{"_TRANSPORT": "kernel"}]
    assert "logs_collected" not in ec2_configuration(nodes(kernel_log=False))["logs"]


def test_without_host_metrics_the_gpus_alone_are_measured() -> None:
    collected = ec2_configuration(nodes(host_metrics=False))["metrics"]["metrics_collected"]
    assert list(collected) == ["nvidia_gpu"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instance_type": "g6e.huge"}, "unknown GPU instance type 'g6e.huge'; nearest: "),
        ({"measurements": ("utilisation_gpu",)}, "unknown GPU measurement 'utilisation_gpu'; nearest: utilization_gpu"),
        ({"per_gpu": ("fan_speed",)}, "per_gpu names fan_speed, which measurements does not collect"),
        ({"interval_seconds": 0}, "interval_seconds is 0; allowed: 1 to 60"),
        ({"interval_seconds": 300}, "interval_seconds is 300; allowed: 1 to 60"),
        ({"retention_days": 31}, "retention_days is 31; CloudWatch Logs has 1, 3, 5"),
    ],
)
def test_bad_settings_say_what_is_allowed(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nodes(**changes)


chosen = st.lists(st.sampled_from(list(GPU)), unique=True, min_size=1).flatmap(
    lambda names: st.tuples(st.just(tuple(names)), st.lists(st.sampled_from(names), unique=True).map(tuple))
)


@given(chosen)
def test_what_the_configuration_collects_is_what_the_catalogue_says(
    names: tuple[tuple[str, ...], tuple[str, ...]],
) -> None:
    measurements, per_gpu = names
    given_nodes = nodes(measurements=measurements, per_gpu=per_gpu, host_metrics=False)
    section = gpu_section(given_nodes)
    emitted = {e.metric: e for e in ec2_emits(given_nodes)}
    assert set(emitted) == {f"nvidia_smi_{m['name']}" for m in section["measurement"]}
    dropped = {f"nvidia_smi_{name}" for name in section.get("drop_original_metrics", [])}
    assert {name for name, e in emitted.items() if SINGLE_GPU not in e.dimension_sets} == dropped


@given(chosen)
def test_rendering_is_deterministic(names: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    measurements, per_gpu = names
    first, second = (render(ec2_configuration(nodes(measurements=measurements, per_gpu=per_gpu))) for _ in range(2))
    assert first == second


def test_a_node_with_eight_gpus_pays_for_each_figure_that_is_kept_per_gpu() -> None:
    one, eight = custom_metrics(nodes()), custom_metrics(nodes(instance_type="g6e.48xlarge"))
    assert one.fleet == eight.fleet == 13
    assert eight.node - one.node == 7 * 4
