"""A CloudWatch whose clock is stepped by hand, with the boto3 client that asks it and the topics that hear it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cloudwatch_simulator import MetricId
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.cloudwatch import CloudWatchService
from diffusionwatch_local.server.application import Application
from diffusionwatch_local.server.listener import Listener

NOW = 1_767_571_200.0
TOPIC = "arn:aws:sns:us-east-1:111122223333:page"


class Heard:
    """Stands for any boto3 client: remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.broken = False

    def publish(self, **params: Any) -> None:
        if self.broken:
            raise ConnectionError("the topic is gone")
        self.calls.append(params)

    invoke = publish

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(call["Message"]) for call in self.calls]


class Watch:
    """One CloudWatch and everything around it."""

    def __init__(self, *, start: float = NOW, **options: Any) -> None:
        self.clock = ManualClock(start)
        self.heard = Heard()
        self.events: list[dict[str, Any]] = []
        self.service = CloudWatchService(
            self.clock, client=lambda service: self.heard, on_event=self.events.append, **options
        )
        self.operations = self.service.operations()

    def call(self, operation: str, **params: Any) -> Any:
        return self.operations[operation](params)

    def minutes(self, count: int, value: float | None = None, name: str = "m") -> None:
        """Lets minutes pass, each with one sample of ``value``."""
        for _ in range(count):
            if value is not None:
                self.service.store.put(MetricId("N", name), self.clock.time(), [value])
            self.clock.advance(60)
            self.service.tick(self.clock.time() + 10)

    def alarm(self, name: str = "high", **changes: Any) -> None:
        self.call("PutMetricAlarm", **{**ALARM, "AlarmName": name, **changes})

    def shown(self, name: str) -> dict[str, Any]:
        found = self.call("DescribeAlarms", AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return dict((found["MetricAlarms"] + found["CompositeAlarms"])[0])

    def state(self, name: str) -> str:
        return str(self.shown(name)["StateValue"])


ALARM: dict[str, Any] = {
    "AlarmName": "high",
    "Namespace": "N",
    "MetricName": "m",
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 2,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
    "OKActions": [TOPIC],
}


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def boto(watch: Watch) -> Iterator[Any]:
    """A boto3 client that speaks to the service over HTTP."""
    listener = Listener(Application([watch.service], "111122223333"))
    listener.start()
    yield boto3.client(
        "cloudwatch",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{listener.port}",
        config=Config(retries={"max_attempts": 1}),
    )
    listener.stop()
