"""What proves that a page went through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

HIDDEN_SECONDS = 30
"""How long a message that is not ours is out of others' sight while the queue is read; it is given back at once."""
BATCHES = 50
"""Of ten messages each, at most, in one look at a queue."""


@dataclass(frozen=True)
class Receipt:
    """``place`` is where it was found; ``arrived`` is None where nobody but the receiver can say."""

    place: str
    arrived: bool | None
    told: str


@dataclass(frozen=True)
class ActionItem:
    """An alarm's action, as its history tells it."""

    at: str
    summary: str
    data: str


def action_items(cloudwatch: Any, alarm: str, composite: bool) -> frozenset[ActionItem]:
    """What the alarm's history says of its newest actions; ``cloudwatch`` is a boto3 client."""
    kind = "CompositeAlarm" if composite else "MetricAlarm"
    answer = cloudwatch.describe_alarm_history(
        AlarmName=alarm, AlarmTypes=[kind], HistoryItemType="Action", ScanBy="TimestampDescending", MaxRecords=100
    )
    return frozenset(
        ActionItem(item["Timestamp"].isoformat(), item["HistorySummary"], item["HistoryData"])
        for item in answer["AlarmHistoryItems"]
    )


def of_history(items: Iterable[ActionItem], topic: str) -> Receipt | None:
    """The receipt of the alarm's history; None while its action on the topic has not run.

    >>> ran = ActionItem("2026-01-05T00:00:00", "Successfully executed action arn:t", "{}")
    >>> of_history([ran], "arn:t").arrived
    True
    """
    for item in items:
        if topic in item.summary:
            if item.summary.startswith("Successfully"):
                return Receipt("alarm history", True, "CloudWatch published it")
            return Receipt("alarm history", False, f"publishing failed: {_error(item.data)}")
    return None


def of_queue(sqs: Any, queue: str, reason: str) -> Receipt | None:
    """The receipt of a queue, by its ARN: the message whose alarm was set off for ``reason``, which is then deleted.

    None while it has not come. A queue that may not be read can still have it: ``arrived`` is then None. One with a
    redrive policy is not read: each look is a receive, and would bring people's messages nearer to its dead letters.
    """
    try:
        url = sqs.get_queue_url(QueueName=queue.split(":")[5], QueueOwnerAWSAccountId=queue.split(":")[4])["QueueUrl"]
        if sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes"):
            return Receipt(f"sqs {queue}", None, "not read, as each look counts for its redrive policy: ask there")
        found = _search(sqs, url, reason)
    except sqs.exceptions.QueueDoesNotExist:
        return Receipt(f"sqs {queue}", False, "no such queue")
    except ClientError as error:
        return Receipt(f"sqs {queue}", None, f"cannot be read: {error.response['Error']['Code']}")
    return Receipt(f"sqs {queue}", True, "the message is there") if found else None


def _search(sqs: Any, url: str, reason: str) -> bool:
    """Whether the message is there; it is then deleted, and every other one is given back."""
    others: list[str] = []
    found = False
    for messages in _batches(sqs, url):
        for message in messages:
            if _reason(message["Body"]) == reason:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found = True
            else:
                others.append(message["ReceiptHandle"])
        if found:
            break
    for handle in others:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    return found


def _batches(sqs: Any, url: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    for _ in range(BATCHES):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS)
        if not answer.get("Messages"):
            return
        yield answer["Messages"]


def _reason(body: str) -> str | None:
    """Why the alarm of a message went off: in SNS's envelope, or bare where delivery is raw."""
    try:
        told = json.loads(body)
        told = json.loads(told["Message"]) if "Message" in told else told
        return str(told["NewStateReason"])
    except (ValueError, KeyError, TypeError):
        return None


def _error(data: str) -> str:
    """Why an action failed; the whole item where it is cut off, at 4,095 characters."""
    try:
        return str(json.loads(data)["error"])
    except (ValueError, KeyError):
        return data
