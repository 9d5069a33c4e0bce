"""What queues and Auto Scaling groups tell of themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cloudwatch_simulator import MetricId, MetricStore
from diffusionwatch_local.vended import VendedMetrics

NOW = 1_767_571_200.0
SPEED = 60.0


class Fleet:
    """A queue, a group, and a wall clock that is set by hand."""

    def __init__(self) -> None:
        self.store = MetricStore()
        self.wall_offset = 0.0
        self.clients = {name: boto3.client(name, "us-east-1") for name in ("sqs", "autoscaling", "ec2")}
        self.queue = self.clients["sqs"].create_queue(QueueName="jobs")["QueueUrl"]
        self.vended = VendedMetrics(
            self.store, client=self.clients.__getitem__, speed=SPEED, account="123456789012", wall=self.wall
        )

    def wall(self) -> float:
        return time.time() + self.wall_offset

    def group(self) -> None:
        ec2 = self.clients["ec2"]
        image = ec2.describe_images()["Images"][0]["ImageId"]
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        data = {"ImageId": image, "InstanceType": "g6e.xlarge"}
        ec2.create_launch_template(LaunchTemplateName="workers", LaunchTemplateData=data)
        self.clients["autoscaling"].create_auto_scaling_group(
            AutoScalingGroupName="workers", MinSize=1, MaxSize=4, DesiredCapacity=3, VPCZoneIdentifier=subnet,
            LaunchTemplate={"LaunchTemplateName": "workers", "Version": "$Latest"},
        )  # fmt: skip

    def values(self, namespace: str, name: str, **dimensions: str) -> list[float]:
        metric = MetricId.of(namespace, name, dimensions)
        return [float(value) for value in self.store.statistic(metric, "Maximum", 60, NOW - 600, NOW + 600)[1]]

    def jobs(self, name: str) -> list[float]:
        return self.values("AWS/SQS", name, QueueName="jobs")


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def test_waiting_and_taken_messages_are_told_apart(fleet: Fleet) -> None:
    for body in "abc":
        fleet.clients["sqs"].send_message(QueueUrl=fleet.queue, MessageBody=body)
    fleet.clients["sqs"].receive_message(QueueUrl=fleet.queue, MaxNumberOfMessages=1)
    fleet.vended.tick(NOW)
    assert fleet.jobs("ApproximateNumberOfMessagesVisible") == [2]
    assert fleet.jobs("ApproximateNumberOfMessagesNotVisible") == [1]


def test_an_empty_queue_reports_zero_not_nothing(fleet: Fleet) -> None:
    fleet.vended.tick(NOW)
    assert fleet.jobs("ApproximateNumberOfMessagesVisible") == [0]
    assert fleet.jobs("ApproximateAgeOfOldestMessage") == [0]


def test_the_oldest_message_ages_on_the_common_clock(fleet: Fleet) -> None:
    fleet.clients["sqs"].send_message(QueueUrl=fleet.queue, MessageBody="old")
    fleet.wall_offset = 5.0
    fleet.clients["sqs"].send_message(QueueUrl=fleet.queue, MessageBody="new")
    fleet.vended.tick(NOW)
    (age,) = fleet.jobs("ApproximateAgeOfOldestMessage")
    assert age == pytest.approx(5 * SPEED, rel=0.2)


def test_a_message_in_flight_ages_until_it_is_deleted(fleet: Fleet) -> None:
    fleet.clients["sqs"].send_message(QueueUrl=fleet.queue, MessageBody="hung")
    taken = fleet.clients["sqs"].receive_message(QueueUrl=fleet.queue)["Messages"][0]
    fleet.wall_offset = 10.0
    fleet.vended.tick(NOW)
    fleet.clients["sqs"].delete_message(QueueUrl=fleet.queue, ReceiptHandle=taken["ReceiptHandle"])
    fleet.vended.tick(NOW + 60)
    before, after = fleet.jobs("ApproximateAgeOfOldestMessage")
    assert before >= 10 * SPEED
    assert after == 0


def test_a_group_tells_nothing_until_its_metrics_are_enabled(fleet: Fleet) -> None:
    fleet.group()
    fleet.vended.tick(NOW)
    group = {"AutoScalingGroupName": "workers"}
    assert fleet.values("AWS/AutoScaling", "GroupInServiceInstances", **group) == []
    fleet.vended.operations()["EnableMetricsCollection"]({**group, "Granularity": "1Minute"})
    fleet.vended.tick(NOW + 60)
    assert fleet.values("AWS/AutoScaling", "GroupInServiceInstances", **group) == [3]
    assert fleet.values("AWS/AutoScaling", "GroupDesiredCapacity", **group) == [3]
    assert fleet.values("AWS/AutoScaling", "GroupMaxSize", **group) == [4]


def test_only_the_enabled_metrics_are_told(fleet: Fleet) -> None:
    fleet.group()
    fleet.clients["autoscaling"].enable_metrics_collection(
        AutoScalingGroupName="workers", Granularity="1Minute", Metrics=["GroupMinSize"]
    )
    fleet.vended.tick(NOW)
    told = {metric.name for metric in fleet.store.metrics() if metric.namespace == "AWS/AutoScaling"}
    assert told == {"GroupMinSize"}


def test_one_sample_a_minute_whatever_the_pace_of_the_ticks(fleet: Fleet) -> None:
    for seconds in (0, 10, 59, 60, 240):
        fleet.vended.tick(NOW + seconds)
    metric: Any = MetricId.of("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "jobs"})
    times, counts = fleet.store.statistic(metric, "SampleCount", 60, NOW, NOW + 600)
    assert times.tolist() == [NOW, NOW + 60, NOW + 120, NOW + 180, NOW + 240]
    assert set(counts.tolist()) == {1}
