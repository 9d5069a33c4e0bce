"""The topics of routes by email."""

from __future__ import annotations

from constructs import Construct

from ..names import key_alias, logical_id
from ..notifications import topic_policy
from ..resource import ref, resource
from ..settings import DigestRoute, EnvironmentSettings
from .names import DIGEST, mail_topic


def mail(scope: Construct, name: str, route: DigestRoute, settings: EnvironmentSettings) -> None:
    """A topic of its own, since a topic's subscribers hear all that is said on it."""
    its_scope, topic = Construct(scope, f"mail-{name}"), logical_id(DIGEST, name, "topic")
    properties = {
        "TopicName": mail_topic(settings.name, name),
        "DisplayName": f"diffusionwatch {settings.name} incidents",
        "KmsMasterKeyId": settings.arn("kms", key_alias(settings.name)),
    }
    resource(its_scope, "Resource", "SNS::Topic", properties, logical=topic)
    topic_policy(its_scope, topic)
    for address in route.addresses:
        subscription = {"TopicArn": ref(topic), "Protocol": "email", "Endpoint": address}
        resource(its_scope, address, "SNS::Subscription", subscription)
