"""A stand-in for the CloudWatch agents of a fleet: it takes embedded metrics and sends GPU figures, as configured.

>>> agent = Agent.from_configuration(configuration, logs=logs, store=store, clock=clock, gpus=gpus)  # doctest: +SKIP
"""

from __future__ import annotations

from .agent import Agent
from .collection import GpuSample, HostSample
from .configuration import AgentConfiguration, ConfigurationError, read

__all__ = ["Agent", "AgentConfiguration", "ConfigurationError", "GpuSample", "HostSample", "read"]
