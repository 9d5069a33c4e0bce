"""The CloudWatch agent's configuration for GPU nodes on EC2: a pure function from settings to JSON.

>>> nodes = GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge")
>>> ec2_configuration(nodes)["metrics"]["aggregation_dimensions"]
[['AutoScalingGroupName'], ['InstanceId']]

Source: "CloudWatch agent configuration file details" and "Collect NVIDIA GPU metrics" (CloudWatch user guide).
"""

from __future__ import annotations

import json
from typing import Any

from diffusionwatch_agent.measurements import GPU, GPU_KEY, HOST, Measurement
from diffusionwatch_agent.names import AGENT_NAMESPACE, node_log_group
from diffusionwatch_agent.nodes import GpuNodes, LogFile

FLEET_DIMENSION = "AutoScalingGroupName"
INSTANCE_DIMENSION = "InstanceId"
AGGREGATIONS: tuple[tuple[str, ...], ...] = ((FLEET_DIMENSION,), (INSTANCE_DIMENSION,))
"""Rolled up by the agent: without these an alarm would have to name every GPU's index, name and architecture."""

EMF_ADDRESS = "tcp://127.0.0.1:25888"
"""Loopback alone: without an address the agent opens TCP and UDP on every interface."""
XRAY_ADDRESS = "127.0.0.1:2000"
OTLP_GRPC, OTLP_HTTP = "127.0.0.1:4317", "127.0.0.1:4318"

_PLUGIN_OPTIONS: dict[str, dict[str, Any]] = {
    "cpu": {"totalcpu": True},  # the sum alone: a 192-core node has no use for 192 series
    "disk": {"resources": ["/"]},
}


def ec2_configuration(nodes: GpuNodes) -> dict[str, Any]:
    """The agent's configuration for those nodes.

    Each figure is sent by fleet and by instance; only `nodes.per_gpu` also by single GPU, since each set of
    dimensions is billed as a metric of its own.
    """
    return {
        "agent": {
            "metrics_collection_interval": nodes.interval_seconds,
            "run_as_user": "root",  # the journal and root-owned log files
            "service.name": nodes.service,
            "deployment.environment": nodes.environment,
        },
        "metrics": {
            "namespace": AGENT_NAMESPACE,
            "append_dimensions": {name: f"${{aws:{name}}}" for name in (FLEET_DIMENSION, INSTANCE_DIMENSION)},
            "aggregation_dimensions": [list(dimensions) for dimensions in AGGREGATIONS],
            "metrics_collected": _metrics_collected(nodes),
        },
        "logs": {
            "force_flush_interval": 5,  # the agent's default, said because EMF metrics wait for it
            "metrics_collected": {"emf": {"service_address": EMF_ADDRESS}},
            **_logs_collected(nodes),
        },
        "traces": {
            "traces_collected": {
                "xray": {"bind_address": XRAY_ADDRESS, "tcp_proxy": {"bind_address": XRAY_ADDRESS}},
                "otlp": {"grpc_endpoint": OTLP_GRPC, "http_endpoint": OTLP_HTTP},
            }
        },
    }


def render(configuration: dict[str, Any]) -> str:
    """The JSON text of a configuration, the same for the same settings: what goes into the SSM parameter."""
    return json.dumps(configuration, indent=2, ensure_ascii=False) + "\n"


def _metrics_collected(nodes: GpuNodes) -> dict[str, Any]:
    collected = {GPU_KEY: _plugin([GPU[name] for name in nodes.measurements], keep=nodes.per_gpu)}
    if nodes.host_metrics:
        for plugin in dict.fromkeys(measurement.plugin for measurement in HOST):
            collected[plugin] = _plugin([m for m in HOST if m.plugin == plugin])
            collected[plugin].update(_PLUGIN_OPTIONS.get(plugin, {}))
        collected["net"]["resources"] = list(nodes.network_interfaces)
    return collected


def _plugin(measurements: list[Measurement], keep: tuple[str, ...] = ()) -> dict[str, Any]:
    plugin: dict[str, Any] = {"measurement": [{"name": m.name, "unit": m.unit} for m in measurements]}
    if dropped := [m.name for m in measurements if m.name not in keep]:
        plugin["drop_original_metrics"] = dropped
    return plugin


def _logs_collected(nodes: GpuNodes) -> dict[str, Any]:
    group = {
        "log_group_name": node_log_group(nodes.environment, nodes.service),
        "log_stream_name": "{instance_id}",
        "retention_in_days": nodes.retention_days,
    }
    collected: dict[str, Any] = {}
    if nodes.log_files:
        collected["files"] = {"collect_list": [_file(file, group) for file in nodes.log_files]}
    if nodes.kernel_log:
        kernel = {"matches": [{"_TRANSPORT": "kernel"}], "filters": [{"type": "include", "expression": "NVRM"}]}
        collected["journald"] = {"collect_list": [{**group, **kernel}]}
    return {"logs_collected": collected} if collected else {}


def _file(file: LogFile, group: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"file_path": file.path, **group}
    filters = [{"type": "include", "expression": pattern} for pattern in file.include]
    filters += [{"type": "exclude", "expression": pattern} for pattern in file.exclude]
    if filters:
        entry["filters"] = filters
    if file.timestamp_format:
        entry["timestamp_format"] = file.timestamp_format
    return entry
