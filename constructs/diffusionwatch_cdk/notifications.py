"""The topics that people and their tools listen to, one a severity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from .chat_channels import ChatChannels
from .dead_letters import dead_letter_queue
from .encryption import Key, publishers
from .names import logical_id, topic_arn, topic_name
from .page_path import PAGE_PATH, page_path_alarm
from .place import in_place
from .resource import arn, policy, ref, resource
from .settings import Contact, EnvironmentSettings

UNDELIVERED = "Undelivered"
"""Logical id of the queue to which a notification goes whose endpoint did not take it, for two weeks."""


class Notifications(Construct):
    """The topics ``diffusionwatch-<environment>-page`` and ``-ticket``, and two more for each owner of services; their
    subscribers, and whether pages arrive.
    """

    def __init__(self, scope: Construct, id: str, *, settings: EnvironmentSettings, key: Key) -> None:  # noqa: A002
        super().__init__(scope, id)
        in_place(self, settings)
        dead_letter_queue(
            self,
            "undelivered",
            name=f"diffusionwatch-{settings.name}-undelivered",
            logical=UNDELIVERED,
            sender="sns.amazonaws.com",
            sources=[
                topic_arn(settings.name, route, account=settings.account, region=settings.region)
                for route in settings.routes
            ],
            of="It is the dead-letter queue, of the subscriptions.",
        )
        topics = {route: self._topic(route, settings, key) for route in settings.routes}
        told = {topic_of(route): contacts for route, contacts in settings.routes.items()}
        ChatChannels(self, "Chat", settings=settings, routes=told)
        for owner in ("", *settings.owners):
            parts = [PAGE_PATH, owner] if owner else [PAGE_PATH]
            resource(
                self,
                "-".join(parts),
                "CloudWatch::Alarm",
                page_path_alarm(settings, owner),
                logical=logical_id(*parts),
                after=[topics[f"{owner}-ticket".removeprefix("-")]],
            )

    def _topic(self, route: str, settings: EnvironmentSettings, key: Key) -> cdk.CfnResource:
        scope, logical = Construct(self, route), topic_of(route)
        properties = {
            "TopicName": topic_name(settings.name, route),
            "DisplayName": f"diffusionwatch {settings.name} {route}",
            "KmsMasterKeyId": key.key_arn,
        }
        topic = resource(scope, "Resource", "SNS::Topic", properties, logical=logical)
        publish = {
            "Sid": "AlarmsBudgetsAndRulesPublish",
            "Effect": "Allow",
            "Principal": {"Service": publishers(settings)},
            "Action": "sns:Publish",
            "Resource": ref(logical),
            "Condition": {"StringEquals": {"aws:SourceAccount": settings.account}},
        }
        topic_policy(scope, logical, publish)
        for contact in settings.routes[route]:
            if contact.protocol != "slack":  # ChatChannels
                self._subscribe(route, contact, settings.account)
        return topic

    def _subscribe(self, route: str, contact: Contact, account: str) -> None:
        if contact.protocol == "lambda" and contact.endpoint.split(":")[4] == account:
            # Without it SNS is refused by the function; one of another account must say so itself.
            allowed = {
                "Action": "lambda:InvokeFunction",
                "FunctionName": contact.endpoint,
                "Principal": "sns.amazonaws.com",
                "SourceArn": ref(topic_of(route)),
            }
            resource(self, f"{route}-{contact.endpoint}-permission", "Lambda::Permission", allowed)
        subscription = {
            "TopicArn": ref(topic_of(route)),
            "Protocol": contact.protocol,
            "Endpoint": contact.endpoint,
            "RedrivePolicy": {"deadLetterTargetArn": arn(UNDELIVERED)},
        }
        resource(self, f"{route}-{contact.protocol}-{contact.endpoint}", "SNS::Subscription", subscription)


def topic_of(route: str) -> str:
    """The logical id of a route's topic."""
    return logical_id(route, "topic")


def topic_policy(scope: Construct, topic: str, *statements: Mapping[str, Any]) -> None:
    """Who may publish to the topic of that logical id, and everybody by TLS alone."""
    only_encrypted = {
        "Sid": "AllowPublishThroughSSLOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": ref(topic),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    properties = {"Topics": [ref(topic)], "PolicyDocument": policy(only_encrypted, *statements)}
    resource(Construct(scope, "Policy"), "Resource", "SNS::TopicPolicy", properties)
