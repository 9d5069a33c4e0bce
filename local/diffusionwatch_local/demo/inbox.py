"""Where the alarms' notifications arrive, as they would in a person's mailbox."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Notification:
    """One message of an alarm: which, what it turned to, when (seconds of the common clock), to which topic."""

    alarm: str
    state: str
    at: float
    topic: str


class Inbox:
    """Reads the queue that is subscribed to the topics."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs, self._url = sqs, url
        self.notifications: list[Notification] = []
        self._lock = threading.Lock()

    def read(self) -> None:
        """Takes what has arrived since the last call."""
        with self._lock:
            while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
                for message in messages:
                    notification = parse(message["Body"])
                    if notification is not None:
                        self.notifications.append(notification)
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def parse(body: str) -> Notification | None:
    """An alarm's message as SNS hands it to a queue; None for anything else that came to the topic."""
    envelope = json.loads(body)
    try:
        message = json.loads(envelope["Message"])
        return Notification(
            alarm=message["AlarmName"],
            state=message["NewStateValue"],
            at=datetime.strptime(message["StateChangeTime"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp(),
            topic=envelope["TopicArn"].rsplit(":", 1)[-1],
        )
    except (KeyError, TypeError, ValueError):
        return None
