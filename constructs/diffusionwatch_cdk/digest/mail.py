"""The topics of routes by email."""

from __future__ import annotations

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from ..logical_ids import pin
from ..names import key_alias, logical_id
from ..settings import DigestRoute, EnvironmentSettings
from .names import DIGEST, mail_topic


def mail(scope: Construct, name: str, route: DigestRoute, settings: EnvironmentSettings) -> None:
    """A topic of its own, since a topic's subscribers hear all that is said on it."""
    topic = sns.Topic(
        scope,
        name,
        topic_name=mail_topic(settings.name, name),
        display_name=f"diffusionwatch {settings.name} incidents",
        master_key=kms.Alias.from_alias_name(scope, f"{name}-key", key_alias(settings.name)),
        enforce_ssl=True,
    )
    pin(topic, logical_id(DIGEST, name, "topic"))
    for address in route.addresses:
        sns.CfnSubscription(scope, f"{name}-{address}", topic_arn=topic.topic_arn, protocol="email", endpoint=address)
