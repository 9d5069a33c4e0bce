"""Who listens to a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Subscriber:
    """A subscription of a topic. An unconfirmed one gets nothing ("Confirming a subscription", SNS)."""

    protocol: str
    endpoint: str
    confirmed: bool

    @property
    def label(self) -> str:
        return f"{self.protocol} {self.endpoint}"


def subscribers(sns: Any, topic: str) -> tuple[Subscriber, ...]:
    """The subscriptions of a topic, by its ARN; ``sns`` is a boto3 client. Raises its NotFoundException."""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return tuple(
        Subscriber(one["Protocol"], one.get("Endpoint", ""), _is_confirmed(sns, one["SubscriptionArn"]))
        for page in pages
        for one in page["Subscriptions"]
    )


def _is_confirmed(sns: Any, arn: str) -> bool:
    if not arn.startswith("arn:"):  # "PendingConfirmation" stands there instead, or "Deleted"
        return False
    try:
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    except sns.exceptions.AuthorizationErrorException:  # another account's; it has an ARN, so it was confirmed
        return True
    return bool(attributes.get("PendingConfirmation") != "true")
