"""AWS as a whole on this machine: the embedded services, CloudWatch alive on the common clock, the agents' stand-in."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cloudwatch_simulator import MetricId
from cloudwatch_simulator.replay.writing import write_csv
from diffusionwatch.clock import Clock
from diffusionwatch_local.agent import Agent
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.demo.gpu_metrics import gpu_metrics
from diffusionwatch_local.demo.minutes import Minutes
from diffusionwatch_local.demo.ports import LOOPBACK
from diffusionwatch_local.fleet.gpus import FleetGpus
from diffusionwatch_local.logs import LogsService
from diffusionwatch_local.vended import VendedMetrics
from diffusionwatch_local.xray import Receiver, XRayService
from diffusionwatch_local.xray.receiver import PORT as XRAY_PORT

TRACES_SECONDS = 6 * 3600  # the longest span that GetTraceSummaries takes (X-Ray API reference)


def pass_by_proxies() -> None:
    """Lets this process and all that it starts reach 127.0.0.1 directly, where the user's calls go through a proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), LOOPBACK, "localhost")))


class Platform:
    """Everything that listens, and the thread that lets the minutes pass.

    ``telemetry`` off leaves out what stands in for the agent; ``private_ports`` lets that listen on any free ports
    instead of the agent's own.

    >>> from diffusionwatch.clock import SystemClock
    >>> platform = Platform(SystemClock())              # doctest: +SKIP
    >>> platform.start(); platform.aws.endpoint         # doctest: +SKIP
    'http://127.0.0.1:40123'
    """

    def __init__(
        self,
        clock: Clock,
        *,
        port: int = 0,
        data_dir: Path | None = None,
        telemetry: bool = True,
        private_ports: bool = False,
    ) -> None:
        self._clock = clock
        self.cloudwatch = CloudWatchService(
            clock,
            client=lambda name: self.aws.client(name),
            data_dir=data_dir,
            on_event=lambda event: self.aws.events.publish(event),
        )
        self.logs = LogsService(self.cloudwatch.store, clock)
        self.xray = XRayService(self.cloudwatch.store, clock)
        # Before CloudWatch, so that alarms see the minute's figures. The queues are on the common clock already.
        vended = VendedMetrics(self.cloudwatch.store, client=lambda name: self.aws.client(name), wall=clock.time)
        services = (self.logs, self.xray, vended, self.cloudwatch)
        self.aws = EmbeddedAws(clock=clock, port=port, data_dir=data_dir, services=services)
        self.aws.events.on_triggered = self._count_rule
        self._private_ports = private_ports
        self._receiver = Receiver(self.xray.traces, port=0 if private_ports else XRAY_PORT) if telemetry else None
        self._agent: Agent | None = None
        self._minutes = Minutes(clock, [self._measure, self.aws.tick])

    def start(self) -> None:
        """Listens; raises an error of one line when a port is taken."""
        pass_by_proxies()
        if self._receiver is not None:
            self._receiver.start()
        self.aws.start()
        self._minutes.start()

    def stop(self) -> None:
        """Stops all of it; what `data_dir` keeps is saved."""
        self._minutes.stop()
        if self._agent is not None:
            self._agent.stop_listener()
        if self._receiver is not None:
            self._receiver.stop()
        self.aws.stop()

    def start_agent(self, configuration: Mapping[str, Any], gpus: FleetGpus | None = None) -> Agent:
        """Starts the agents of all instances, as the configuration says."""
        self._agent = Agent.from_configuration(
            configuration,
            logs=self.logs,
            store=self.cloudwatch.store,
            clock=self._clock,
            gpus=gpus.samples if gpus is not None else tuple,
            hosts=gpus.hosts if gpus is not None else tuple,
            port=0 if self._private_ports else None,
        )
        self._agent.start_listener()
        return self._agent

    def gpus(self, group: str, instance_type: str) -> FleetGpus:
        return FleetGpus(self._clock, group=group, instance_type=instance_type)

    @property
    def xray_address(self) -> str:
        """What a worker puts into `AWS_XRAY_DAEMON_ADDRESS`."""
        return self._receiver.address if self._receiver is not None else ""

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

    def gpu_metrics(self, since: float) -> list[dict[str, Any]]:
        """What arrived of the GPUs since then, by fleet, instance and GPU."""
        return gpu_metrics(self.cloudwatch.store, since, self._clock.time())

    def record(self, file: Path) -> None:
        """Writes what the store holds as a table that `diffusionwatch replay` reads; compressed if called ``.gz``."""
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "wt", encoding="utf-8") as out:
            write_csv(self.cloudwatch.store, out)

    def traces(self, since: float) -> dict[str, int]:
        """How many traces arrived since then, and how many of them hold a fault, by X-Ray's own API."""
        xray, end = self.aws.client("xray"), self._clock.time() + 60
        pages = xray.get_paginator("get_trace_summaries").paginate

        def count(**which: str) -> int:
            found: set[str] = set()  # a trace may reach from one span of time into the next
            for start in np.arange(since, end, TRACES_SECONDS).tolist():
                for page in pages(StartTime=start, EndTime=min(start + TRACES_SECONDS, end), **which):
                    found.update(summary["Id"] for summary in page["TraceSummaries"])
            return len(found)

        return {"received": count(), "faults": count(FilterExpression="fault = true")}

    def _count_rule(self, rule: str) -> None:
        metric = MetricId.of("AWS/Events", "TriggeredRules", {"RuleName": rule})
        self.cloudwatch.store.put(metric, self._clock.time(), [1.0], unit="Count")

    def _measure(self, now: float) -> None:
        if self._agent is not None:
            self._agent.tick(now)
