"""The agent's JSON configuration, as far as the stand-in obeys it; everything else in it is named.

Source: "Manually create or edit the CloudWatch agent configuration file" (CloudWatch user guide).

>>> configuration = read({"metrics": {"metrics_collected": {"nvidia_gpu": {"measurement": ["power_draw"]}}}})
>>> configuration.plugins[0].measurements[0].metric, configuration.namespace, configuration.unsupported
('nvidia_smi_power_draw', 'CWAgent', ())
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .files import LogFile, log_files, unsupported

DEFAULT_INTERVAL = 60
"""Seconds; the agent's own default."""
DEFAULT_NAMESPACE = "CWAgent"
GPU_PLUGINS = ("nvidia_gpu", "nvidia_smi")
"""One plugin by its documented name and by the name that the agent's schema gives it."""
HOST_PLUGINS = ("cpu", "mem", "disk", "net")
APPENDABLE = ("AutoScalingGroupName", "ImageId", "InstanceId", "InstanceType")
_OBEYED = {"measurement", "metrics_collection_interval", "drop_original_metrics", "append_dimensions"}
# These choose which series of a host are read; the source of a stand-in gives exactly the ones it has.
_LEFT_TO_THE_SOURCE = {"resources", "totalcpu", "ignore_file_system_types"}
# Where the agent sends to, how it logs, who it is: nothing of that is seen in the metrics.
_NOT_SEEN = {
    "agent": {"metrics_collection_interval", "region", "debug", "quiet", "logfile", "run_as_user", "aws_sdk_log_level",
              "user_agent", "omit_hostname", "credentials", "service.name", "deployment.environment"},
    "metrics": {"namespace", "metrics_collected", "append_dimensions", "aggregation_dimensions",
                "force_flush_interval", "endpoint_override", "credentials"},
    "logs": {"metrics_collected", "logs_collected", "log_stream_name", "force_flush_interval", "endpoint_override",
             "credentials"},
    "traces": {"traces_collected", "endpoint_override", "credentials", "region_override", "concurrency",
               "buffer_size_mb", "local_mode"},
}  # fmt: skip


class ConfigurationError(ValueError):
    """A configuration that the agent would not start with."""


@dataclass(frozen=True)
class Measurement:
    """One figure of a plugin: its name there, the metric it becomes, its unit, and whether single series are sent."""

    name: str
    metric: str
    unit: str | None
    keep_original: bool


@dataclass(frozen=True)
class Plugin:
    """One entry of ``metrics_collected``."""

    name: str
    interval: int
    measurements: tuple[Measurement, ...]

    @property
    def resolution(self) -> int:
        """Below a minute the agent stores at high resolution."""
        return 1 if self.interval < 60 else 60


@dataclass(frozen=True)
class AgentConfiguration:
    """What the stand-in does: EMF addresses, what it measures, by which dimensions, and what it leaves undone."""

    namespace: str
    plugins: tuple[Plugin, ...]
    append_dimensions: tuple[str, ...]
    aggregation_dimensions: tuple[tuple[str, ...], ...]
    emf_addresses: tuple[str, ...]
    log_stream_name: str | None
    log_files: tuple[LogFile, ...]
    xray_address: str | None
    unsupported: tuple[str, ...]


def read(configuration: Mapping[str, Any]) -> AgentConfiguration:
    """Reads the JSON of the SSM parameter.

    Raises:
        ConfigurationError: the agent would refuse it.
    """
    metrics, logs = configuration.get("metrics", {}), configuration.get("logs", {})
    traces = configuration.get("traces", {}).get("traces_collected", {})
    interval = configuration.get("agent", {}).get("metrics_collection_interval", DEFAULT_INTERVAL)
    append = metrics.get("append_dimensions", {})
    for name, value in append.items():
        if name not in APPENDABLE or value != f"${{aws:{name}}}":
            allowed = ", ".join(f"{each}: ${{aws:{each}}}" for each in APPENDABLE)
            raise ConfigurationError(f"metrics.append_dimensions takes {allowed}; not {name}: {value}")
    emf = logs.get("metrics_collected", {}).get("emf", logs.get("metrics_collected", {}).get("structuredlog"))
    collected = metrics.get("metrics_collected", {})
    return AgentConfiguration(
        namespace=metrics.get("namespace", DEFAULT_NAMESPACE),
        plugins=tuple(
            _plugin(name, section, interval)
            for name, section in collected.items()
            if name in GPU_PLUGINS + HOST_PLUGINS
        ),
        append_dimensions=tuple(append),
        aggregation_dimensions=tuple(tuple(names) for names in metrics.get("aggregation_dimensions", [])),
        emf_addresses=() if emf is None else _emf_addresses(emf),
        log_stream_name=logs.get("log_stream_name"),
        log_files=_log_files(_collect_list(logs)),
        xray_address=traces["xray"].get("bind_address", "127.0.0.1:2000") if "xray" in traces else None,
        unsupported=tuple(_unsupported(configuration)),
    )


def _plugin(name: str, section: Mapping[str, Any], interval: int) -> Plugin:
    prefix = "nvidia_smi" if name in GPU_PLUGINS else name
    dropped = section.get("drop_original_metrics", [])
    measurements = []
    for given in section.get("measurement", []):
        entry = {"name": given} if isinstance(given, str) else given
        if "name" not in entry:
            raise ConfigurationError(f"metrics.metrics_collected.{name}.measurement: an entry has no name: {entry}")
        # The agent takes a measurement with and without its plugin's prefix.
        short = entry["name"].removeprefix(f"{prefix}_")
        keep = short not in dropped and f"{prefix}_{short}" not in dropped
        metric = entry.get("rename", f"{prefix}_{short}")
        measurements.append(Measurement(short, metric, entry.get("unit"), keep))
    return Plugin(name, section.get("metrics_collection_interval", interval), tuple(measurements))


def _emf_addresses(emf: Mapping[str, Any]) -> tuple[str, ...]:
    if "service_address" in emf:
        return (emf["service_address"],)
    # Without one the real agent opens both, on every interface; nothing of ours leaves loopback.
    return ("tcp://127.0.0.1:25888", "udp://127.0.0.1:25888")


def _collect_list(logs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(logs.get("logs_collected", {}).get("files", {}).get("collect_list", []))


def _log_files(entries: list[Mapping[str, Any]]) -> tuple[LogFile, ...]:
    where = "logs.logs_collected.files.collect_list"
    if any("file_path" not in entry for entry in entries):
        raise ConfigurationError(f"{where}: an entry has no file_path")
    try:
        return log_files(entries)
    except re.error as error:
        raise ConfigurationError(f"{where}: {error.pattern!r} is no regular expression: {error}") from None


def _unsupported(configuration: Mapping[str, Any]) -> Iterator[str]:
    for section, held in configuration.items():
        for key in held if section in _NOT_SEEN else ():
            if key not in _NOT_SEEN[section]:
                yield f"{section}.{key}"
        if section not in _NOT_SEEN:
            yield section
    metrics, logs = configuration.get("metrics", {}), configuration.get("logs", {})
    for name, plugin in metrics.get("metrics_collected", {}).items():
        if name not in GPU_PLUGINS + HOST_PLUGINS:
            yield f"metrics.metrics_collected.{name}"
            continue
        for key in plugin:
            if key not in _OBEYED | _LEFT_TO_THE_SOURCE:
                yield f"metrics.metrics_collected.{name}.{key}"
    for name in logs.get("metrics_collected", {}):
        if name not in ("emf", "structuredlog"):
            yield f"logs.metrics_collected.{name}"
    yield from (f"logs.logs_collected.files.{found}" for found in unsupported(_collect_list(logs)))
    for name in logs.get("logs_collected", {}):
        if name != "files":
            yield f"logs.logs_collected.{name}"
    for name in configuration.get("traces", {}).get("traces_collected", {}):
        if name != "xray":
            yield f"traces.traces_collected.{name}"
