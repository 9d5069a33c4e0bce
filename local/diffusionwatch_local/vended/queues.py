"""AWS/SQS: how many messages wait, and how long the oldest has.

Source: "Available CloudWatch metrics for Amazon SQS" (SQS developer guide).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from .reading import Reading

NAMESPACE = "AWS/SQS"


def queue_readings(account: str, region: str, wall: float, speed: float) -> Iterator[Reading]:
    """The metrics of all queues now.

    SQS has no API for the age of the oldest message, so moto's queues are looked at in this process.

    Args:
        wall: the wall's seconds since the epoch: moto stamps messages with the wall's time.
        speed: seconds of the common clock in one of the wall's.
    """
    for queue in list(get_backend("sqs")[account][region].queues.values()):
        dimensions = {"QueueName": queue.name}
        visible = queue.approximate_number_of_messages
        counts = {
            "ApproximateNumberOfMessagesVisible": visible,
            "ApproximateNumberOfMessagesNotVisible": queue.approximate_number_of_messages_not_visible,
            "ApproximateNumberOfMessagesDelayed": queue.approximate_number_of_messages_delayed,
        }
        for name, value in counts.items():
            yield Reading(NAMESPACE, name, dimensions, value, "Count")
        yield Reading(NAMESPACE, "ApproximateAgeOfOldestMessage", dimensions, _age(queue, wall) * speed, "Seconds")


def _age(queue: Any, wall: float) -> float:
    """Wall seconds since the oldest message that was not deleted was sent; 0 for an empty queue."""
    sent = [message.sent_timestamp for message in list(queue._messages) if message.sent_timestamp]
    return max(0.0, wall - min(sent) / 1000) if sent else 0.0
