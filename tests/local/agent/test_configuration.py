"""What the stand-in makes of an agent's configuration."""

from __future__ import annotations

from typing import Any

import pytest

from diffusionwatch_agent import GpuNodes, ec2_configuration
from diffusionwatch_local.agent import ConfigurationError, read


def test_our_own_configuration_is_obeyed_and_what_is_not_is_named() -> None:
    nodes = GpuNodes(environment="local", service="image-api", instance_type="g6e.xlarge")
    configuration = read(ec2_configuration(nodes))
    assert configuration.namespace == "CWAgent"
    assert configuration.emf_addresses == ("tcp://127.0.0.1:25888",)
    assert configuration.xray_address == "127.0.0.1:2000"
    assert set(configuration.aggregation_dimensions) == {("AutoScalingGroupName",), ("InstanceId",)}
    gpu = next(plugin for plugin in configuration.plugins if plugin.name == "nvidia_gpu")
    utilization = next(each for each in gpu.measurements if each.name == "utilization_gpu")
    assert (utilization.metric, utilization.unit) == ("nvidia_smi_utilization_gpu", "Percent")
    assert "traces.traces_collected.otlp" in configuration.unsupported
    assert not any("nvidia" in name for name in configuration.unsupported)


def plugin(**section: Any) -> Any:
    return read({"metrics": {"metrics_collected": {"nvidia_gpu": section}}}).plugins[0]


def test_a_measurement_is_renamed_and_given_a_unit() -> None:
    held = plugin(measurement=[{"name": "power_draw", "rename": "Watts", "unit": "None"}, "nvidia_smi_fan_speed"])
    assert [(each.name, each.metric, each.unit) for each in held.measurements] == [
        ("power_draw", "Watts", "None"),
        ("fan_speed", "nvidia_smi_fan_speed", None),
    ]


def test_the_nearest_interval_wins_and_below_a_minute_it_is_high_resolution() -> None:
    agent = {"metrics_collection_interval": 30}
    own = {"cpu": {"metrics_collection_interval": 10}, "mem": {"metrics_collection_interval": 60}}
    collected = {"nvidia_gpu": {}, **own}
    plugins = read({"agent": agent, "metrics": {"metrics_collected": collected}}).plugins
    assert [(each.interval, each.resolution) for each in plugins] == [(30, 1), (10, 1), (60, 60)]


def test_without_an_address_both_protocols_are_listened_on() -> None:
    configuration = read({"logs": {"metrics_collected": {"emf": {}}}})
    assert configuration.emf_addresses == ("tcp://127.0.0.1:25888", "udp://127.0.0.1:25888")


def test_what_the_stand_in_does_not_do_is_named_by_its_place() -> None:
    configuration = read(
        {
            "opentelemetry": {},
            "metrics": {
                "metrics_collected": {"statsd": {}, "cpu": {"report_deltas": True}},
                "metrics_destinations": {},
            },
            "logs": {"logs_collected": {"journald": {}}, "metrics_collected": {"prometheus": {}}},
        }
    )
    assert set(configuration.unsupported) == {
        "opentelemetry",
        "metrics.metrics_destinations",
        "metrics.metrics_collected.statsd",
        "metrics.metrics_collected.cpu.report_deltas",
        "logs.logs_collected.journald",
        "logs.metrics_collected.prometheus",
    }


def test_an_appended_dimension_that_the_agent_does_not_know_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not Fleet: image-api"):
        read({"metrics": {"append_dimensions": {"Fleet": "image-api"}}})
