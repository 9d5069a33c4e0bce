"""AWS as a whole on this machine: the embedded services, CloudWatch alive on the common clock, the agents' stand-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diffusionwatch.clock import Clock
from diffusionwatch_local.agent import Agent
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.demo.minutes import Minutes
from diffusionwatch_local.fleet.gpus import FleetGpus
from diffusionwatch_local.logs import LogsService


class Platform:
    """Everything that listens, and the thread that lets the minutes pass.

    >>> from diffusionwatch.clock import SystemClock
    >>> platform = Platform(SystemClock())              # doctest: +SKIP
    >>> platform.start(); platform.aws.endpoint         # doctest: +SKIP
    'http://127.0.0.1:40123'
    """

    def __init__(self, clock: Clock, *, port: int = 0, data_dir: Path | None = None) -> None:
        self._clock = clock
        self.cloudwatch = CloudWatchService(clock, client=lambda name: self.aws.client(name), data_dir=data_dir)
        self.logs = LogsService(self.cloudwatch.store, clock)
        self.aws = EmbeddedAws(clock=clock, port=port, data_dir=data_dir, services=(self.logs, self.cloudwatch))
        self._agent: Agent | None = None
        self._minutes = Minutes(clock, [self._measure, self.aws.tick])

    def start(self) -> None:
        self.aws.start()
        self._minutes.start()

    def stop(self) -> None:
        """Stops all of it; what `data_dir` keeps is saved."""
        self._minutes.stop()
        if self._agent is not None:
            self._agent.stop_listener()
        self.aws.stop()

    def start_agent(self, configuration: Mapping[str, Any], gpus: FleetGpus) -> Agent:
        """Starts the agents of all instances, as the deployed configuration says."""
        self._agent = Agent.from_configuration(
            configuration, logs=self.logs, store=self.cloudwatch.store, clock=self._clock, gpus=gpus.samples
        )
        self._agent.start_listener()
        return self._agent

    def gpus(self, group: str, instance_type: str) -> FleetGpus:
        return FleetGpus(self._clock, group=group, instance_type=instance_type)

    @property
    def xray_address(self) -> str:
        return "127.0.0.1:2000"

    @property
    def failures(self) -> list[str]:
        """What went wrong while the minutes passed."""
        return self._minutes.failures

    def datapoints(self) -> dict[str, int]:
        """How many datapoints the store holds, by namespace and metric."""
        found: Counter[str] = Counter()
        store = self.cloudwatch.store
        for metric in store.metrics():
            found[f"{metric.namespace}/{metric.name}"] += store.datapoints(metric)
        return dict(found)

    def traces(self) -> dict[str, int]:
        return {"received": 0, "faults": 0}

    def _measure(self, now: float) -> None:
        if self._agent is not None:
            self._agent.tick(now)
