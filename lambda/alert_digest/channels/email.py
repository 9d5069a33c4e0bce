"""E-mail through a topic of SNS, for teams whose tickets come by mail. SNS may deliver twice; mail has no memory."""

from __future__ import annotations

from typing import Any

from .. import wording
from .parcel import Parcel

SUBJECT_LIMIT = 100
"""Characters of a subject, ASCII, no line break ("Publish", Amazon SNS API reference)."""


def send(parcel: Parcel, sns: Any) -> str:
    """Publishes one mail."""
    many = len(parcel.messages) > 1
    subject = wording.summary(parcel.messages) if many else wording.headline(parcel.messages[0])
    whole = wording.plain if not many else wording.brief
    text = "\n\n".join(whole(message, parcel.console, parcel.environment) for message in parcel.messages)
    sns.publish(
        TopicArn=parcel.route.target,
        Subject=" ".join(subject.encode("ascii", "replace").decode().split())[:SUBJECT_LIMIT],
        Message=text,
        MessageAttributes={"key": {"DataType": "String", "StringValue": parcel.delivery.key}},
    )
    return ""
