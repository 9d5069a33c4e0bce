"""SNS: every topic also delivers to one queue on this machine, where people and tests read what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend

from ..server.service import FallThrough, Operation

INBOX = "diffusionwatch-inbox"
_CONFIRMED_BY_SOMEBODY = ("email", "email-json", "https")


class InboxService:
    """Subscribes the queue ``diffusionwatch-inbox`` to each topic that is made."""

    name = "sns"

    def __init__(self, region: str, account: str) -> None:
        self._region, self._account = region, account

    def operations(self) -> Mapping[str, Operation]:
        return {"CreateTopic": self._create_topic, "Subscribe": self._subscribe}

    def _create_topic(self, params: dict[str, Any]) -> dict[str, Any]:
        topics = get_backend("sns")[self._account][self._region]
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        topic = topics.create_topic(params["Name"], params.get("Attributes", {}), tags)
        if not topic.name.endswith(".fifo"):  # a plain queue cannot be subscribed to an ordered topic
            topics.subscribe(topic.arn, self._queue(), "sqs")
        return {"TopicArn": topic.arn}

    def _subscribe(self, params: dict[str, Any]) -> dict[str, Any]:
        """People and web sites are never asked to confirm, so their subscriptions stay pending."""
        if params["Protocol"] not in _CONFIRMED_BY_SOMEBODY:
            raise FallThrough
        topics = get_backend("sns")[self._account][self._region]
        subscription = topics.subscribe(params["TopicArn"], params.get("Endpoint", ""), params["Protocol"])
        for name, value in params.get("Attributes", {}).items():
            topics.set_subscription_attributes(subscription.arn, name, value)
        subscription.attributes["PendingConfirmation"] = "true"
        shown = params.get("ReturnSubscriptionArn")
        return {"SubscriptionArn": subscription.arn if shown else "pending confirmation"}

    def _queue(self) -> str:
        queues = get_backend("sqs")[self._account][self._region]
        if INBOX not in queues.queues:
            # Read once a demo or a test, so messages stay as long as SQS allows.
            queues.create_queue(INBOX, tags={}, MessageRetentionPeriod=str(14 * 24 * 3600))
        return str(queues.queues[INBOX].queue_arn)
