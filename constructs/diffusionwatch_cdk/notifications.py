"""The topics that people and their tools listen to, one a severity."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .acknowledge import acknowledge
from .chat_channels import ChatChannels
from .encryption import PUBLISHERS
from .logical_ids import pin
from .names import logical_id, topic_arn, topic_name
from .page_path import PAGE_PATH, page_path_alarm
from .settings import Contact, EnvironmentSettings


class Notifications(Construct):
    """The topics ``diffusionwatch-<environment>-page`` and ``-ticket``, and two more for each owner of services; their
    subscribers, and whether pages arrive.
    """

    def __init__(self, scope: Construct, id: str, *, settings: EnvironmentSettings, key: kms.IKey) -> None:  # noqa: A002
        super().__init__(scope, id)
        self.undelivered = self._undelivered(settings)
        self.topics = {route: self._topic(route, settings, key) for route in settings.routes}
        ChatChannels(
            self,
            "Chat",
            settings=settings,
            routes={topic.topic_arn: settings.routes[route] for route, topic in self.topics.items()},
        )
        for owner in ("", *settings.owners):
            parts = [PAGE_PATH, owner] if owner else [PAGE_PATH]
            properties = page_path_alarm(settings, owner)
            page_path = cdk.CfnResource(self, "-".join(parts), type="AWS::CloudWatch::Alarm", properties=properties)
            page_path.override_logical_id(logical_id(*parts))
            page_path.node.add_dependency(self.topics[f"{owner}-ticket".removeprefix("-")])

    def _topic(self, route: str, settings: EnvironmentSettings, key: kms.IKey) -> sns.Topic:
        topic = sns.Topic(
            self,
            route,
            topic_name=topic_name(settings.name, route),
            display_name=f"diffusionwatch {settings.name} {route}",
            master_key=key,
            enforce_ssl=True,
        )
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsBudgetsAndRulesPublish",
                principals=[iam.ServicePrincipal(publisher) for publisher in PUBLISHERS],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": settings.account}},
            )
        )
        pin(topic, logical_id(route, "topic"))
        for contact in settings.routes[route]:
            if contact.protocol == "slack":
                continue  # ChatChannels
            if contact.protocol == "lambda" and contact.endpoint.split(":")[4] == settings.account:
                self._may_be_called(f"{route}-{contact.endpoint}", contact, topic)
            sns.CfnSubscription(
                self,
                f"{route}-{contact.protocol}-{contact.endpoint}",
                topic_arn=topic.topic_arn,
                protocol=contact.protocol,
                endpoint=contact.endpoint,
                redrive_policy={"deadLetterTargetArn": self.undelivered.attr_arn},
            )
        return topic

    def _may_be_called(self, id: str, contact: Contact, topic: sns.Topic) -> None:  # noqa: A002
        """Without it SNS is refused by the function; one of another account must say so itself."""
        lambda_.CfnPermission(
            self,
            f"{id}-permission",
            action="lambda:InvokeFunction",
            function_name=contact.endpoint,
            principal="sns.amazonaws.com",
            source_arn=topic.topic_arn,
        )

    def _undelivered(self, settings: EnvironmentSettings) -> sqs.CfnQueue:
        """Where a notification goes whose endpoint did not take it, for two weeks."""
        queue = sqs.CfnQueue(
            self,
            "undelivered",
            queue_name=f"diffusionwatch-{settings.name}-undelivered",
            message_retention_period=14 * 86_400,
            sqs_managed_sse_enabled=True,
        )
        queue.override_logical_id("Undelivered")
        acknowledge(queue, "SQS3", "It is the dead-letter queue, of the subscriptions.")
        topics = [
            topic_arn(settings.name, one, account=settings.account, region=settings.region) for one in settings.routes
        ]
        from_topics = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue.attr_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topics}},
        }
        only_encrypted = {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sqs:*",
            "Resource": queue.attr_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        sqs.CfnQueuePolicy(
            self,
            "undelivered-policy",
            queues=[queue.ref],
            policy_document={"Version": "2012-10-17", "Statement": [from_topics, only_encrypted]},
        )
        return queue
