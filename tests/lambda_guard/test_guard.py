"""The guard on the services of moto: what it does, says and remembers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from diffusionwatch.catalog import METRICS, NAMESPACE, SERVICE, Emitter
from idle_guard import guard as module
from idle_guard.guard import Guard
from idle_guard.memory import DynamoMemory
from idle_guard.service import guarded

NOW = 4_102_444_800.0  # long after the alarm went off, whatever the machine's clock says
TABLE = "diffusionwatch-prod-cost"
CONSOLE = "https://us-east-1.console.aws.amazon.com"


class Alarms:
    """DescribeAlarms: composites in ALARM since a time."""

    def __init__(self) -> None:
        self.alarm: dict[str, float] = {"prod-image-api-paying-for-nothing": NOW - 7200}
        self.blind = "OK"

    def describe_alarms(self, AlarmNames: list[str], AlarmTypes: list[str]) -> dict[str, Any]:  # noqa: N803
        from datetime import datetime, timezone

        shown = [
            {
                "AlarmName": name,
                "StateValue": self.blind if name.endswith("-blind") else "ALARM" if name in self.alarm else "OK",
                "StateTransitionedTimestamp": datetime.fromtimestamp(self.alarm.get(name, 0), timezone.utc),
            }
            for name in AlarmNames
            if self.blind or not name.endswith("-blind")
        ]
        return {"CompositeAlarms": shown}


class Account:
    """A group of three instances of at least one, a queue, a topic with an inbox, a bus."""

    def __init__(self) -> None:
        self.alarms = Alarms()
        self.events: list[dict[str, Any]] = []
        self.refusing: set[str] = set()
        """what AWS refuses: ``SetDesiredCapacity``, ``Publish``, ``PutEvents``, ``PutItem``"""
        self.scaled: list[dict[str, Any]] = []
        self.clients: dict[str, Any] = {"cloudwatch": self.alarms, "events": self}
        for name, operation in (
            ("autoscaling", "auto-scaling.SetDesiredCapacity"),
            ("sns", "sns.Publish"),
            ("dynamodb", "dynamodb.PutItem"),
        ):
            made = self.clients[name] = boto3.client(name)  # type: ignore[call-overload]
            made.meta.events.register(f"provide-client-params.{operation}", self._asked)
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

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        if "PutEvents" in self.refusing:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
        self.events += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in self.refusing:
            raise ClientError({"Error": {"Code": "Throttled"}}, model.name)
        if model.name == "SetDesiredCapacity":
            self.scaled.append(params)

    def client(self, name: str) -> Any:
        return self.clients.get(name) or boto3.client(name)  # type: ignore[call-overload]

    def run(self, now: float = NOW, **settings: Any) -> list[str]:
        lines: list[str] = []
        memory = DynamoMemory(self.client("dynamodb"), TABLE)
        made = Guard("prod", "us-east-1", CONSOLE, self.topic, memory, self.client, lines.append)
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

    assert f"{CONSOLE}/ec2/home?region=us-east-1#AutoScalingGroupDetails:id=images" in asked[0]
    assert "https://" not in account.told[0]
    assert account.size == 3


def test_a_thing_is_done_once_in_a_stay_so_that_nobody_who_scales_up_again_is_overruled(account: Account) -> None:
    account.run(action="scale", dry_run=False)
    boto3.client("autoscaling").set_desired_capacity(AutoScalingGroupName="images", DesiredCapacity=4)
    (line,) = account.run(NOW + 300, action="scale", dry_run=False)

    assert account.size == 4
    assert json.loads(line)["why"] == "done already in this stay of the alarm"


@pytest.mark.parametrize("action", ["tell", "ask"])
def test_people_are_told_once_in_a_stay(account: Account, action: str) -> None:
    account.run(action=action)
    (line,) = account.run(NOW + 300, action=action)

    assert len(account.told) == len(account.events) == 1
    assert json.loads(line)["why"] == "done already in this stay of the alarm"


def test_a_cooldown_of_the_group_does_not_keep_idle_gpus_alive(account: Account) -> None:
    account.run(action="scale", dry_run=False)

    assert account.scaled == [{"AutoScalingGroupName": "images", "DesiredCapacity": 1, "HonorCooldown": False}]


def test_a_message_that_was_refused_after_the_scaling_is_sent_by_the_next_call_whatever_the_alarm_says(
    account: Account,
) -> None:
    account.refusing = {"Publish"}
    with pytest.raises(RuntimeError, match="not guarded: image-api"):
        account.run(action="scale", dry_run=False)
    assert (account.size, account.told, account.events) == (1, [], [])
    account.refusing, account.alarms.alarm = set(), {}
    headline, body = account.run(NOW + 300, action="scale", dry_run=False)
    account.run(NOW + 600, action="scale", dry_run=False)

    assert headline == "image-api: scaled images from 3 to 1 instances, 3.72 dollars an hour"
    assert json.loads(body)["IdleGuardReleased"] == 3.722
    assert len(account.told) == len(account.events) == len(account.scaled) == 1


def test_an_event_that_the_bus_did_not_take_is_put_again_and_people_are_told_once(account: Account) -> None:
    account.refusing = {"PutEvents"}
    for minute in (0, 1):
        with pytest.raises(RuntimeError):
            account.run(NOW + 60 * minute, action="ask")
    account.refusing = set()
    account.run(NOW + 300, action="ask")

    assert len(account.told) == len(account.events) == 1


def test_a_scaling_that_nobody_could_note_is_told(account: Account) -> None:
    def then_the_table_is_gone(**_: Any) -> None:
        account.refusing = {"PutItem"}

    account.client("autoscaling").meta.events.register(
        "after-call.auto-scaling.SetDesiredCapacity", then_the_table_is_gone
    )
    with pytest.raises(RuntimeError):
        account.run(action="scale", dry_run=False)
    account.refusing = set()
    account.run(NOW + 300, action="scale", dry_run=False)

    assert account.size == 1
    assert account.told[0].startswith("image-api: scaled images from 3 to 1")


def test_a_scaling_that_was_refused_is_decided_anew_and_never_claimed(account: Account) -> None:
    account.refusing = {"SetDesiredCapacity"}
    with pytest.raises(RuntimeError):
        account.run(action="scale", dry_run=False)
    account.refusing = set()
    message = boto3.client("sqs").send_message(QueueUrl=account.queue, MessageBody="{}")
    account.run(NOW + 60, action="scale", dry_run=False)
    assert (account.size, message["ResponseMetadata"]["HTTPStatusCode"]) == (3, 200)
    boto3.client("autoscaling").set_desired_capacity(AutoScalingGroupName="images", DesiredCapacity=1)
    account.run(NOW + 120, action="scale", dry_run=False)

    assert account.told == []


def test_a_refused_scaling_is_tried_again_while_the_fleet_idles(account: Account) -> None:
    account.refusing = {"SetDesiredCapacity"}
    with pytest.raises(RuntimeError):
        account.run(action="scale", dry_run=False)
    account.refusing = set()
    account.run(NOW + 300, action="scale", dry_run=False)

    assert account.size == 1
    assert len(account.told) == 1


@pytest.mark.parametrize("blind", ["", "INSUFFICIENT_DATA"])
def test_an_alarm_that_is_not_there_or_knows_nothing_is_no_all_clear(account: Account, blind: str) -> None:
    account.alarms.blind = blind
    (line,) = account.run(action="scale", dry_run=False)

    assert account.size == 3
    assert json.loads(line)["why"].startswith("whether telemetry is silent is not known: the alarm blind is not there")


def test_a_services_owner_is_told_on_a_topic_of_its_own(account: Account) -> None:
    sns = boto3.client("sns")
    theirs = sns.create_topic(Name="images-ticket")["TopicArn"]
    account.run(action="tell", topic=theirs)
    assert account.told == []
    sns.subscribe(TopicArn=theirs, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:inbox")
    account.alarms.alarm["prod-image-api-paying-for-nothing"] += 60  # another stay
    account.run(action="tell", topic=theirs)

    assert len(account.told) == 1


def test_a_subject_is_as_long_as_sns_takes_however_long_the_groups_name(account: Account) -> None:
    name = "images-" + "x" * 150
    boto3.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName="gpu",
        MinSize=1,
        MaxSize=5,
        DesiredCapacity=3,
        AvailabilityZones=["us-east-1a"],
    )
    account.run(action="tell", auto_scaling_group=name)

    assert name in account.told[0]


@pytest.mark.parametrize(("delay", "taken"), [(0, False), (0, True), (600, False)])
def test_work_in_the_queue_or_in_hand_or_on_its_way_holds_it_back(account: Account, delay: int, taken: bool) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=account.queue, MessageBody="{}", DelaySeconds=delay)
    if taken:
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
