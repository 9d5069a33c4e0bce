"""The deployed fleet, running: workers, clients, GPUs, agent. Follows the script's changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diffusionwatch.clock import Clock
from diffusionwatch_local.agent import Agent
from diffusionwatch_local.demo.deployed import Deployed, in_service
from diffusionwatch_local.demo.incidents import Change
from diffusionwatch_local.fleet.fleet import PRODUCER, Fleet, attend, start
from diffusionwatch_local.fleet.gpus import FleetGpus
from diffusionwatch_local.fleet.ledger import Ledger
from diffusionwatch_local.fleet.processes import Processes

FLUSH_SECONDS = 15  # of the common clock: a quarter of an alarm's minute, and four wake-ups a wall second at 60 times
CLOSE_SECONDS = 1  # wall, within the time that a worker has to end
READY_SECONDS = 30.0  # wall; three interpreters that import boto3 start in two on an idle machine


class FleetFailedError(Exception):
    """A process of the fleet did not start, or ended although it should run; the text says where its log is."""


class FleetRun:
    """Everything that would run on the fleet's instances, and its clients."""

    def __init__(
        self,
        deployed: Deployed,
        processes: Processes,
        clock: Clock,
        *,
        client: Callable[[str], Any],
        aws: dict[str, str],
        agent: Agent,
        gpus: FleetGpus,
        xray_address: str,
        logs: Path,
    ) -> None:
        self._deployed, self._clock, self._agent, self._gpus, self._logs = deployed, clock, agent, gpus, logs
        self._autoscaling, self._sqs = client("autoscaling"), client("sqs")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "DIFFUSIONWATCH_", "CUDA_"))
        }
        shared = {**inherited, **aws, "DIFFUSIONWATCH_CLOCK": str(clock)}
        self._worker = {
            **shared,
            "DIFFUSIONWATCH_SERVICE": deployed.service,
            "DIFFUSIONWATCH_ENVIRONMENT": deployed.environment,
            "DIFFUSIONWATCH_FLUSH_SECONDS": str(FLUSH_SECONDS),
            "DIFFUSIONWATCH_CLOSE_SECONDS": str(CLOSE_SECONDS),
            "AWS_EMF_AGENT_ENDPOINT": agent.address,
            "AWS_XRAY_DAEMON_ADDRESS": xray_address,
        }
        self.fleet = Fleet(
            processes,
            queue_url=deployed.queue_url,
            instances=self._instances,
            environment=lambda instance: self._worker,
            gpu=gpus.set,
            logs=logs,
        )
        self._producer = attend(
            start(processes, PRODUCER, deployed.queue_url, environment=shared, log=logs / "producer.log")
        )

    def start(self) -> None:
        """Starts the workers and waits until all of them and the clients are ready."""
        self.fleet.reconcile()
        for member in (self._producer, *self.fleet.members.values()):
            if not member.ready.wait(READY_SECONDS) or member.child.poll() is not None:
                raise FleetFailedError(f"process {member.child.pid} of the fleet did not start: see {self._logs}")

    def apply(self, change: Change) -> None:
        """Makes a change of the script happen: to the group, the clients, the workers."""
        if change.instances is not None:
            self._autoscaling.set_desired_capacity(
                AutoScalingGroupName=self._deployed.group, DesiredCapacity=change.instances
            )
            self.fleet.reconcile()
        if change.jobs_a_minute is not None:
            self._producer.tell(rate=change.jobs_a_minute)
        if change.gpu_driver is not None:
            (self._gpus.restore_driver if change.gpu_driver else self._gpus.lose_driver)()
        conditions = {
            "store_failures": change.store_failures,
            "hang": change.hang,
            "gpu_fault": change.gpu_fault,
        }
        set_now = {name: value for name, value in conditions.items() if value is not None}
        if set_now:
            self.fleet.set(**set_now)

    def restart_agent(self, gap_seconds: float) -> None:
        """The agent's listener goes away for so many seconds of the common clock, connections and all."""
        self._agent.stop_listener()
        self._clock.sleep(gap_seconds)
        self._agent.start_listener()

    def waiting(self) -> int:
        """Jobs that are in the queue or in work."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        held = self._sqs.get_queue_attributes(QueueUrl=self._deployed.queue_url, AttributeNames=names)["Attributes"]
        return sum(int(held[name]) for name in names)

    def sent(self) -> list[str]:
        """The ids of the jobs that the clients sent."""
        ids: list[str] = self._producer.report(1)["sent"]
        return ids

    def ledger(self) -> Ledger:
        return self.fleet.ledger()

    def check(self) -> None:
        """Raises FleetFailedError when a process ended although it should run."""
        gone = [f"the worker on {instance}" for instance in self.fleet.dead()]
        if self._producer.child.poll() is not None:
            gone.append("the producer")
        if gone:
            raise FleetFailedError(f"ended without being told to: {', '.join(gone)}; see {self._logs}")

    def _instances(self) -> list[str]:
        instances = in_service(self._autoscaling, self._deployed.group)
        self._gpus.follow(instances)
        return instances
