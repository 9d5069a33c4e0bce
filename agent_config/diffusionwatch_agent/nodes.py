"""The settings of a fleet's GPU nodes, as the agent's configuration needs them.

>>> GpuNodes(environment="prod", service="image-api", instance_type="g6e.xlarge").gpu.devices
1
"""

from __future__ import annotations

from dataclasses import dataclass

from diffusionwatch_agent.instances import GpuInstance, instance
from diffusionwatch_agent.measurements import DEFAULT_GPU, DEFAULT_PER_GPU, gpu_measurements

RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""The retentions that CloudWatch Logs accepts."""


@dataclass(frozen=True)
class LogFile:
    """A file of the node whose lines go to the node's log group.

    `exclude` and `include` are regular expressions of the agent (Go's RE2): a line is sent when it matches every
    `include` and no `exclude`.
    """

    path: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    timestamp_format: str | None = None


@dataclass(frozen=True)
class GpuNodes:
    """All that the agent's configuration depends on.

    A wrong value raises a ValueError that says what is allowed: an unknown instance type or measurement with its
    nearest names, an interval outside 1 to 60 seconds, a retention that CloudWatch Logs does not have.
    """

    environment: str
    service: str
    instance_type: str
    measurements: tuple[str, ...] = DEFAULT_GPU
    per_gpu: tuple[str, ...] = DEFAULT_PER_GPU
    interval_seconds: int = 60  # the alarms look at minutes; below 60 each figure is stored, and sent, more often
    host_metrics: bool = True
    network_interfaces: tuple[str, ...] = ("ens*", "eth0")  # Nitro's name and the older one; not docker0, which repeats
    log_files: tuple[LogFile, ...] = ()
    kernel_log: bool = True  # the kernel's lines about the GPUs (Xid): the driver's own word on what broke
    retention_days: int = 30

    def __post_init__(self) -> None:
        instance(self.instance_type)
        gpu_measurements(self.measurements)
        gpu_measurements(self.per_gpu)
        if missing := [name for name in self.per_gpu if name not in self.measurements]:
            raise ValueError(f"per_gpu names {', '.join(missing)}, which measurements does not collect")
        if not 1 <= self.interval_seconds <= 60:
            raise ValueError(f"interval_seconds is {self.interval_seconds}; allowed: 1 to 60")
        if self.retention_days not in RETENTION_DAYS:
            allowed = ", ".join(map(str, RETENTION_DAYS))
            raise ValueError(f"retention_days is {self.retention_days}; CloudWatch Logs has {allowed}")

    @property
    def gpu(self) -> GpuInstance:
        """The instance type's GPUs, memory and price."""
        return instance(self.instance_type)
