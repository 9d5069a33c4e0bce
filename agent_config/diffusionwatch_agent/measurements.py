"""What the CloudWatch agent can measure on a GPU node, with the unit that we give each figure.

The agent sends the NVIDIA metrics without a unit unless the configuration names one ("Collect NVIDIA GPU metrics",
CloudWatch user guide). Units are CloudWatch's; where none fits (watts, degrees, megahertz) the unit is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

GPU_KEY = "nvidia_gpu"
"""The key that the agent documents. Its published schema says `nvidia_smi`, which is what it maps this one to."""
GPU_PREFIX = "nvidia_smi"
"""What the agent puts before a measurement's name: `nvidia_smi_utilization_gpu`."""


@dataclass(frozen=True)
class Measurement:
    """One figure of one plugin of the agent."""

    plugin: str
    name: str
    unit: str
    meaning: str

    @property
    def metric(self) -> str:
        """The CloudWatch metric name."""
        return f"{GPU_PREFIX if self.plugin == GPU_KEY else self.plugin}_{self.name}"


def _gpu(name: str, unit: str, meaning: str) -> Measurement:
    return Measurement(GPU_KEY, name, unit, meaning)


GPU: Mapping[str, Measurement] = {
    measurement.name: measurement
    for measurement in (
        _gpu("utilization_gpu", "Percent", "Share of the last sample in which a kernel ran"),
        _gpu("utilization_memory", "Percent", "Share of the last sample in which device memory was read or written"),
        _gpu("memory_used", "Megabytes", "Device memory in use (MiB)"),
        _gpu("memory_free", "Megabytes", "Device memory that is free (MiB)"),
        _gpu("memory_total", "Megabytes", "Device memory (MiB)"),
        _gpu("temperature_gpu", "None", "Core temperature, degrees Celsius"),
        _gpu("power_draw", "None", "Power of the whole board, watts"),
        _gpu("fan_speed", "Percent", "Intended fan speed; absent on boards without a fan"),
        _gpu("clocks_current_sm", "None", "Clock of the streaming multiprocessors, MHz"),
        _gpu("clocks_current_graphics", "None", "Graphics clock, MHz"),
        _gpu("clocks_current_memory", "None", "Memory clock, MHz"),
        _gpu("clocks_current_video", "None", "Video clock, MHz"),
        _gpu("pcie_link_gen_current", "None", "PCIe generation in use"),
        _gpu("pcie_link_width_current", "None", "PCIe lanes in use"),
        _gpu("encoder_stats_session_count", "Count", "Video encoder sessions"),
        _gpu("encoder_stats_average_fps", "Count/Second", "Frames a second over the encoder sessions"),
        _gpu("encoder_stats_average_latency", "Microseconds", "Mean latency of the encoder sessions"),
    )
}
"""The 17 GPU measurements that the agent allows on Linux, by name."""

HOST: tuple[Measurement, ...] = (
    Measurement("cpu", "usage_active", "Percent", "CPU in use, all cores"),
    Measurement("cpu", "usage_iowait", "Percent", "CPU waiting for a disk: weights being read"),
    Measurement("mem", "used_percent", "Percent", "Host memory in use"),
    Measurement("disk", "used_percent", "Percent", "Root volume in use: caches of weights fill it"),
    Measurement("net", "bytes_recv", "Bytes", "Received: weights and inputs"),
    Measurement("net", "bytes_sent", "Bytes", "Sent: images"),
)
"""The host's figures: what explains a slow GPU that is itself fine."""

DEFAULT_GPU: tuple[str, ...] = (
    "utilization_gpu",
    "utilization_memory",
    "memory_used",
    "memory_total",
    "temperature_gpu",
    "power_draw",
    "clocks_current_sm",
)
"""What the alarms and dashboards read. The other ten cost as much each and answer no question of theirs."""

DEFAULT_PER_GPU: tuple[str, ...] = ("utilization_gpu", "memory_used", "temperature_gpu", "power_draw")
"""Kept for each single GPU too: enough to tell which board of an instance is idle, full, hot or capped."""


def gpu_measurements(names: Iterable[str]) -> tuple[Measurement, ...]:
    """The GPU measurements of those names, in that order; a ValueError names an unknown one and its neighbours."""
    found = []
    for name in names:
        if name not in GPU:
            nearest = ", ".join(get_close_matches(name, GPU, n=3, cutoff=0.0))
            raise ValueError(f"unknown GPU measurement {name!r}; nearest: {nearest}")
        found.append(GPU[name])
    return tuple(found)
