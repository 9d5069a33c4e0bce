"""What becomes of an asynchronous call that fails: tried again, then put where its function's settings say.

Sources: "How Lambda handles errors and retries with asynchronous invocation", "Capturing records of Lambda asynchronous
invocations" (Lambda developer guide).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

ATTEMPTS = 3
"""Unless an AWS::Lambda::EventInvokeConfig says otherwise."""
WAIT = 60.0
"""Seconds before the second attempt; twice as many before the third."""


@dataclass(frozen=True)
class Again:
    """A call that is to be made once more, at ``due`` on the common clock."""

    due: float
    function: str
    event: Any
    attempt: int
    """of those made so far"""


def again(function: str, event: Any, attempt: int, now: float, attempts: int = ATTEMPTS) -> Again | None:
    """The next attempt; None after the last.

    >>> again("f", {}, 1, 0.0), again("f", {}, 3, 0.0)
    (Again(due=60.0, function='f', event={}, attempt=1), None)
    """
    return Again(now + WAIT * attempt, function, event, attempt) if attempt < attempts else None


def bury(client: Callable[[str], Any], target: str, event: Any, error: Mapping[str, Any]) -> None:
    """Sends a given-up event to a queue or a topic, by its ARN, with what went wrong beside it."""
    about = {"RequestID": str(uuid4()), "ErrorCode": "200", "ErrorMessage": str(error.get("errorMessage", ""))[:1024]}
    attributes = {name: {"DataType": "String", "StringValue": text or "-"} for name, text in about.items()}
    body = json.dumps(event)
    if ":sns:" in target:
        client("sns").publish(TopicArn=target, Message=body, MessageAttributes=attributes)
        return
    url = client("sqs").get_queue_url(QueueName=target.rsplit(":", 1)[-1])["QueueUrl"]
    client("sqs").send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
