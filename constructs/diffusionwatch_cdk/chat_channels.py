"""Slack channels that alarms are told to by Amazon Q Developer in chat applications (AWS::Chatbot).

A notification's text reaches the channel without any permission: the role has none, and the guardrail denies whatever
somebody might attach to it later. Without a guardrail AWS takes AdministratorAccess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from constructs import Construct

from .names import logical_id, partition
from .resource import arn, policy, ref, resource
from .settings import Contact, EnvironmentSettings


class ChatChannels(Construct):
    """One configuration a channel, since AWS takes no second, over all topics that name it.

    ``routes`` gives the contacts of each topic, by its logical id. A channel has no dead-letter queue: AWS makes its
    subscription.
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
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "chatbot.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": settings.account}},
        }
        role = {
            "Description": "Amazon Q in chat: tells alarms, may do nothing",
            "AssumeRolePolicyDocument": policy(trust),
        }
        resource(Construct(self, "Role"), "Resource", "IAM::Role", role, logical="ChatRole")
        for endpoint, topics in told.items():
            workspace, _, channel = endpoint.partition("/")
            properties = {
                "ConfigurationName": f"diffusionwatch-{settings.name}-{channel}",
                "SlackWorkspaceId": workspace,
                "SlackChannelId": channel,
                "IamRoleArn": arn("ChatRole"),
                "SnsTopicArns": [ref(topic) for topic in topics],
                "GuardrailPolicies": [f"arn:{partition(settings.region)}:iam::aws:policy/AWSDenyAll"],
                "LoggingLevel": "ERROR",
            }
            logical = logical_id("chat", channel)
            resource(self, channel, "Chatbot::SlackChannelConfiguration", properties, logical=logical)
