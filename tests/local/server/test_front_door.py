"""Requests reach the service that they are signed for, ours or moto's, and nobody but this machine reaches the door."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.server.listener import PortInUse
from diffusionwatch_local.server.service import FallThrough, ServiceError

NOW = 1_767_571_200.0


class Groups:
    """A REST service of ours whose path holds an ARN."""

    name = "application-signals"

    def operations(self) -> dict[str, Any]:
        return {"GetServiceLevelObjective": self._get}

    def _get(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["Id"] == "arn:aws:application-signals:us-east-1:111122223333:slo/a/b":
            return {"Slo": {"Name": params["Id"], "Arn": params["Id"], "Goal": {}}}
        raise ServiceError("ResourceNotFoundException", f"no {params['Id']}", 404)


class Topics:
    """Answers for one topic, leaves the others to moto."""

    name = "sns"

    def operations(self) -> dict[str, Any]:
        return {"GetTopicAttributes": self._attributes}

    def _attributes(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["TopicArn"].endswith(":ours"):
            return {"Attributes": {"DisplayName": "ours"}}
        raise FallThrough


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    aws = EmbeddedAws(clock=ManualClock(start=NOW), services=(Groups(), Topics()))
    aws.start()
    yield aws
    aws.stop()


def test_everybody_is_the_account_whatever_the_key(aws: EmbeddedAws) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == "111122223333"
    assert aws.client("sqs").create_queue(QueueName="q")["QueueUrl"] == f"{aws.endpoint}/111122223333/q"


def test_an_arn_in_a_path_arrives_whole(aws: EmbeddedAws) -> None:
    arn = "arn:aws:application-signals:us-east-1:111122223333:slo/a/b"
    assert aws.client("application-signals").get_service_level_objective(Id=arn)["Slo"]["Name"] == arn


def test_an_error_of_ours_is_the_services_own(aws: EmbeddedAws) -> None:
    signals = aws.client("application-signals")
    with pytest.raises(signals.exceptions.ResourceNotFoundException, match="no x"):
        signals.get_service_level_objective(Id="x")


def test_an_operation_may_leave_a_request_to_moto(aws: EmbeddedAws) -> None:
    sns = aws.client("sns")
    theirs = sns.create_topic(Name="theirs", Attributes={"DisplayName": "theirs"})["TopicArn"]
    ours = theirs.replace("theirs", "ours")
    assert sns.get_topic_attributes(TopicArn=ours)["Attributes"]["DisplayName"] == "ours"
    assert sns.get_topic_attributes(TopicArn=theirs)["Attributes"]["DisplayName"] == "theirs"


def test_what_nobody_implements_is_refused_at_once(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError) as refusal:
        aws.client("ssm").create_activation(IamRole="r")
    assert refusal.value.response["Error"]["Code"] == "NotImplemented"
    assert "create_activation" in refusal.value.response["Error"]["Message"]


def test_it_listens_on_loopback_only(aws: EmbeddedAws) -> None:
    port = int(aws.endpoint.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)):
        pass
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    listening = [fields[1] for fields in sockets if fields[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_a_used_port_is_one_clear_error(aws: EmbeddedAws) -> None:
    port = int(aws.endpoint.rsplit(":", 1)[1])
    with pytest.raises(PortInUse, match=f"port {port} on 127.0.0.1 is in use"):
        EmbeddedAws(clock=ManualClock(start=NOW), port=port)


def test_a_second_start_finds_an_empty_account(aws: EmbeddedAws) -> None:
    aws.client("sqs").create_queue(QueueName="q")
    aws.stop()
    again = EmbeddedAws(clock=ManualClock(start=NOW))
    again.start()
    try:
        assert "QueueUrls" not in again.client("sqs").list_queues()
    finally:
        again.stop()


def test_every_topic_delivers_to_the_inbox_and_no_webhook_is_called(aws: EmbeddedAws) -> None:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name="page")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://hooks.example.com/x")
    mail = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com", ReturnSubscriptionArn=True)
    told = sns.get_subscription_attributes(SubscriptionArn=mail["SubscriptionArn"])["Attributes"]
    assert told["PendingConfirmation"] == "true"
    sns.publish(TopicArn=topic, Message="hello")
    inbox = sqs.get_queue_url(QueueName="diffusionwatch-inbox")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=inbox)["Messages"]
    assert '"hello"' in message["Body"]
