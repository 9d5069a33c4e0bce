"""The stand-in of nvidia-smi is killed in a running fleet: agent, alarms and clock in one process, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from cloudwatch_simulator import AlarmSet, LiveEvaluation, MetricId, MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_agent import ec2_configuration
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.fleet import Fleet
from diffusionwatch_cdk.settings import load_environment
from diffusionwatch_cdk.watched import WatchedFleet
from diffusionwatch_local.agent import Agent
from diffusionwatch_local.fleet.gpus import FleetGpus
from diffusionwatch_local.logs import LogsService

NOW = 1_767_571_200.0
INSTANCES = ["i-1", "i-2", "i-3"]


class Running:
    """A fleet of three at work, whose queue never empties, and the alarms of prod.yaml on it."""

    def __init__(self, root: Path) -> None:
        settings = load_environment("prod", root / "environments")
        self.watched = WatchedFleet(Fleet.named("image-api", settings.services["image-api"].fleet), settings)
        self.clock, self.store = ManualClock(NOW), MetricStore()
        group = self.watched.fleet.auto_scaling_group or ""
        self.gpus = FleetGpus(self.clock, group=group, instance_type="g6e.xlarge")
        self.follow(INSTANCES)
        for instance in INSTANCES:
            self.gpus.set(instance, True)
        self.agent = Agent.from_configuration(
            ec2_configuration(self.watched.nodes),
            logs=LogsService(self.store, self.clock),
            store=self.store,
            clock=self.clock,
            gpus=self.gpus.samples,
            hosts=self.gpus.hosts,
            port=0,
        )
        kinds = {"alarms": "AWS::CloudWatch::Alarm", "composites": "AWS::CloudWatch::CompositeAlarm"}
        definition = define(self.watched)
        alarms = {
            one.rule.id: {"Type": kind, "Properties": one.properties}
            for name, kind in kinds.items()
            for one in getattr(definition, name)
        }
        self.live = LiveEvaluation(AlarmSet.from_properties(alarms), self.store, now=NOW)
        self.rung: set[str] = set()
        """Alarms that ever went off, by id."""

    def follow(self, instances: list[str]) -> None:
        self.instances = instances
        self.gpus.follow(instances)

    def minutes(self, count: int) -> None:
        queue, group = self.watched.fleet.queue or "", self.watched.fleet.auto_scaling_group or ""
        for _ in range(count):
            self.clock.advance(60)
            now = self.clock.time()
            for metric, values in {
                MetricId.of("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue}): [5.0],
                MetricId.of("AWS/AutoScaling", "GroupInServiceInstances", {"AutoScalingGroupName": group}): [
                    float(len(self.instances))
                ],
            }.items():
                self.store.put(metric, now, values)
            self.agent.tick(now)
            for transition in self.live.step(now):
                if transition.new == "ALARM":
                    self.rung.add(transition.alarm.removeprefix("prod-image-api-"))

    def state(self, alarm: str) -> str:
        return self.live.states[f"prod-image-api-{alarm}"].state


@pytest.fixture
def running(root: Path) -> Iterator[Running]:
    with mock_aws():
        yield Running(root)


def gpu_alarms(running: Running) -> set[str]:
    about = ("agent-silent", "gpu-driver-gone", "gpu-idle-with-work", "gpu-idle-no-work", "gpu-idle-no-work-page")
    return running.rung & set(about)


def test_a_killed_driver_raises_its_own_alarm_and_neither_idleness_nor_silence(running: Running) -> None:
    running.minutes(45)
    assert gpu_alarms(running) == set()

    running.gpus.lose_driver()
    running.minutes(40)

    assert gpu_alarms(running) == {"gpu-driver-gone"}
    assert running.state("agent-silent") == "OK"
    assert running.state("blind") == "ALARM"

    running.gpus.restore_driver()
    running.minutes(30)
    assert running.state("gpu-driver-gone") == "OK"


def test_one_killed_driver_of_three_is_enough(running: Running) -> None:
    running.minutes(45)
    running.gpus.lose_driver("i-2")
    running.minutes(30)

    assert gpu_alarms(running) == {"gpu-driver-gone"}


def test_a_killed_agent_is_silence_and_no_driver(running: Running) -> None:
    running.minutes(45)
    running.agent.kill("i-2")
    running.minutes(40)

    assert gpu_alarms(running) == {"agent-silent"}


@pytest.mark.parametrize("left", [["i-1", "i-3"], []], ids=["one less", "scaled to zero"])
def test_instances_that_are_gone_are_neither(running: Running, left: list[str]) -> None:
    running.minutes(45)
    running.gpus.lose_driver("i-2")
    running.follow(left)
    running.minutes(40)

    # Work waits in the queue of this fleet of none: that is for backlog and capacity-gap.
    assert gpu_alarms(running) == set()
