"""Samples of a fleet's hosts and GPUs into metrics, by the agent's rules for dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cloudwatch_simulator import MetricId, MetricStore

from .configuration import GPU_PLUGINS, AgentConfiguration, Measurement, Plugin


@dataclass(frozen=True)
class GpuSample:
    """One GPU now, as `nvidia-smi` shows it. ``readings`` by the agent's measurement names; an absent one is not sent.

    ``arch`` is empty for drivers whose XML does not name it.
    """

    instance_id: str
    auto_scaling_group: str
    instance_type: str
    index: str
    name: str
    arch: str
    readings: Mapping[str, float]


@dataclass(frozen=True)
class HostSample:
    """Figures of a host now, by plugin (``cpu``, ``mem``, ``disk``, ``net``), with the dimensions of that plugin."""

    instance_id: str
    auto_scaling_group: str
    instance_type: str
    plugin: str
    readings: Mapping[str, float]
    dimensions: Mapping[str, str] = field(default_factory=dict)


Sample = GpuSample | HostSample


def collect(
    configuration: AgentConfiguration, plugin: Plugin, samples: Iterable[Sample], timestamp: float, store: MetricStore
) -> None:
    """Puts what ``plugin`` measured at ``timestamp``: each series, and each aggregation over them.

    An aggregation set is sent where the series has all of its dimensions and more: the agent skips a set that would
    only repeat the series. Its values are the single series' values.
    """
    for sample in samples:
        if _plugin_of(sample, plugin):
            dimensions = _dimensions(configuration, sample)
            for measurement in plugin.measurements:
                value = sample.readings.get(measurement.name)
                if value is not None:
                    for metric in _metrics(configuration, measurement, dimensions):
                        store.put(metric, timestamp, [value], unit=measurement.unit, resolution=plugin.resolution)


def _plugin_of(sample: Sample, plugin: Plugin) -> bool:
    if isinstance(sample, GpuSample):
        return plugin.name in GPU_PLUGINS
    return sample.plugin == plugin.name


def _dimensions(configuration: AgentConfiguration, sample: Sample) -> dict[str, str]:
    about = {
        "InstanceId": sample.instance_id,
        "AutoScalingGroupName": sample.auto_scaling_group,
        "InstanceType": sample.instance_type,
    }
    found = {name: about[name] for name in configuration.append_dimensions if about.get(name)}
    if not configuration.append_dimensions:  # appending dimensions drops this one
        found["host"] = sample.instance_id
    if isinstance(sample, GpuSample):
        found.update(index=sample.index, name=sample.name)
        if sample.arch:
            found["arch"] = sample.arch
    else:
        found.update(sample.dimensions)
    return found


def _metrics(
    configuration: AgentConfiguration, measurement: Measurement, dimensions: Mapping[str, str]
) -> Iterable[MetricId]:
    if measurement.keep_original:
        yield MetricId.of(configuration.namespace, measurement.metric, dimensions)
    for names in configuration.aggregation_dimensions:
        if len(names) < len(dimensions) and all(name in dimensions for name in names):
            chosen = {name: dimensions[name] for name in names}
            yield MetricId.of(configuration.namespace, measurement.metric, chosen)
