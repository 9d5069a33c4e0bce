"""Slack channels that alarms are told to by Amazon Q Developer in chat applications (AWS::Chatbot).

A notification's text reaches the channel without any permission: the role has none, and the guardrail denies whatever
somebody might attach to it later. Without a guardrail AWS takes AdministratorAccess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from constructs import Construct

from .logical_ids import pin
from .names import logical_id, partition
from .settings import Contact, EnvironmentSettings


class ChatChannels(Construct):
    """One configuration a channel, since AWS takes no second, over all topics that name it.

    ``routes`` gives the contacts of each topic's ARN. A channel has no dead-letter queue: AWS makes its subscription.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        settings: EnvironmentSettings,
        routes: Mapping[str, Iterable[Contact]],
    ) -> None:
        super().__init__(scope, id)
        told: dict[str, list[str]] = {}
        for topic, contacts in routes.items():
            for contact in contacts:
                if contact.protocol == "slack":
                    told.setdefault(contact.endpoint, []).append(topic)
        if not told:
            return
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "chatbot.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": settings.account}}
            ),
            description="Amazon Q in chat: tells alarms, may do nothing",
        )
        pin(role, "ChatRole")
        for endpoint, topics in told.items():
            workspace, _, channel = endpoint.partition("/")
            made = chatbot.CfnSlackChannelConfiguration(
                self,
                channel,
                configuration_name=f"diffusionwatch-{settings.name}-{channel}",
                slack_workspace_id=workspace,
                slack_channel_id=channel,
                iam_role_arn=role.role_arn,
                sns_topic_arns=topics,
                guardrail_policies=[f"arn:{partition(settings.region)}:iam::aws:policy/AWSDenyAll"],
                logging_level="ERROR",
            )
            made.override_logical_id(logical_id("chat", channel))
