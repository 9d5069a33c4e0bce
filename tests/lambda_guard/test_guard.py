"""The guard on the services of moto: what it does, says and remembers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from diffusionwatch.catalog import METRICS, NAMESPACE, SERVICE, Emitter
from idle_guard import guard as module
from idle_guard.guard import Guard
from idle_guard.memory import DynamoMemory
from idle_guard.service import guarded

NOW = 4_102_444_800.0  # long after the alarm went off, whatever the machine's clock says
TABLE = "diffusionwatch-prod-cost"


class Alarms:
    """DescribeAlarms: composites in ALARM since a time."""

    def __init__(self) -> None:
        self.alarm: dict[str, float] = {"prod-image-api-paying-for-nothing": NOW - 7200}

    def describe_alarms(self, AlarmNames: list[str], AlarmTypes: list[str]) -> dict[str, Any]:  # noqa: N803
        from datetime import datetime, timezone

        shown = [
            {
                "AlarmName": name,
                "StateValue": "ALARM" if name in self.alarm else "OK",
                "StateTransitionedTimestamp": datetime.fromtimestamp(self.alarm.get(name, 0), timezone.utc),
            }
            for name in AlarmNames
        ]
        return {"CompositeAlarms": shown}


class Account:
    """A group of three instances of at least one, a queue, a topic with an inbox, a bus."""

    def __init__(self) -> None:
        self.alarms = Alarms()
        self.events: list[dict[str, Any]] = []
        autoscaling, sqs, sns = (boto3.client(name) for name in ("autoscaling", "sqs", "sns"))
        image = boto3.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        autoscaling.create_launch_configuration(LaunchConfigurationName="gpu", ImageId=image, InstanceType="g6e.xlarge")
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName="images",
            LaunchConfigurationName="gpu",
            MinSize=1,
            MaxSize=5,
            DesiredCapacity=3,
            AvailabilityZones=["us-east-1a"],
        )
        self.queue = sqs.create_queue(QueueName="images")["QueueUrl"]
        self.inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
        self.topic = sns.create_topic(Name="ticket")["TopicArn"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:inbox")
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def put_events(self, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        self.events += Entries

    def client(self, name: str) -> Any:
        return {"cloudwatch": self.alarms, "events": self}.get(name) or boto3.client(name)  # type: ignore[call-overload]

    def run(self, now: float = NOW, **settings: Any) -> list[str]:
        lines: list[str] = []
        memory = DynamoMemory(boto3.client("dynamodb"), TABLE)
        made = Guard("prod", "us-east-1", self.topic, memory, self.client, lines.append)
        given = {"auto_scaling_group": "images", "queue": "images", "usd_per_hour": 1.861, **settings}
        made.run(guarded(json.dumps({"image-api": given})), now)
        return lines

    @property
    def size(self) -> int:
        groups = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["images"])
        return groups["AutoScalingGroups"][0]["DesiredCapacity"]

    @property
    def told(self) -> list[str]:
        found = boto3.client("sqs").receive_message(QueueUrl=self.inbox, MaxNumberOfMessages=10)
        return [json.loads(one["Body"])["Message"] for one in found.get("Messages", [])]


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


def test_names_and_units_are_the_catalogues() -> None:
    ours = {name: one for name, one in METRICS.items() if one.emitter is Emitter.IDLE_GUARD}

    assert module.NAMESPACE == NAMESPACE
    assert {name: one.unit for name, one in ours.items()} == module.UNITS
    assert all(one.dimension_sets == (SERVICE,) for one in ours.values())


def test_it_scales_to_the_minimum_and_says_so_by_message_event_log_and_metric(account: Account) -> None:
    headline, body = account.run(action="scale", dry_run=False)

    assert account.size == 1
    assert headline == "image-api: scaled images from 3 to 1 instances, 3.72 dollars an hour"
    assert account.told[0].startswith(headline)
    (event,) = account.events
    assert (event["Source"], json.loads(event["Detail"])["released"]) == ("diffusionwatch.idle-guard", 2)
    found = json.loads(body)
    assert (found["IdleGuardActions"], found["IdleGuardReleased"]) == (1, 3.722)


def test_a_dry_run_changes_nothing_and_still_says_what_it_would_have_done(account: Account) -> None:
    headline, body = account.run(action="scale")

    assert account.size == 3
    assert headline.startswith("image-api: would scale images from 3 to 1")
    assert json.loads(account.events[0]["Detail"])["dryRun"] is True
    assert json.loads(body)["IdleGuardActions"] == 1


def test_asking_gives_the_link_to_the_group_and_telling_none(account: Account) -> None:
    account.run(action="ask")
    asked = account.told
    account.alarms.alarm["prod-image-api-paying-for-nothing"] += 60  # another stay
    account.run(action="tell")

    assert "#AutoScalingGroupDetails:id=images" in asked[0]
    assert "https://" not in account.told[0]
    assert account.size == 3


def test_a_thing_is_done_once_in_a_stay_so_that_nobody_who_scales_up_again_is_overruled(account: Account) -> None:
    account.run(action="scale", dry_run=False)
    boto3.client("autoscaling").set_desired_capacity(AutoScalingGroupName="images", DesiredCapacity=4)
    (line,) = account.run(NOW + 300, action="scale", dry_run=False)

    assert account.size == 4
    assert json.loads(line)["why"] == "done already in this stay of the alarm"


def test_work_in_the_queue_or_in_hand_holds_it_back(account: Account) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=account.queue, MessageBody="{}")
    account.run(action="scale", dry_run=False)
    sqs.receive_message(QueueUrl=account.queue)
    (line,) = account.run(action="scale", dry_run=False)

    assert account.size == 3
    assert json.loads(line)["why"] == "the queue has 1 messages"


def test_without_the_alarm_it_says_every_time_that_nothing_was_done(account: Account) -> None:
    account.alarms.alarm.clear()
    (line,) = account.run(action="scale", dry_run=False)

    found = json.loads(line)
    assert (found["IdleGuardActions"], found["action"], found["why"]) == (0, "nothing", "GPUs work, or there are none")


def test_a_failing_call_is_named_by_its_code_and_nothing_is_done(account: Account) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=account.queue)
    with pytest.raises(RuntimeError, match="not guarded: image-api"):
        account.run(action="scale", dry_run=False)
    assert account.size == 3
