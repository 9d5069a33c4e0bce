"""Chat channels."""

from __future__ import annotations

from ..calls import Call
from ..resource import ResourceType
from ..table import Table

_NAMED_OTHERWISE = {
    "SlackTeamId": "SlackWorkspaceId",
    "GuardrailPolicyArns": "GuardrailPolicies",
    "UserAuthorizationRequired": "UserRoleRequired",
}

TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::Chatbot::SlackChannelConfiguration",
        "chatbot",
        name_property="ConfigurationName",
        id="> ChannelConfiguration.ChatConfigurationArn",
        creation=Call("create_slack_channel_configuration", takes=_NAMED_OTHERWISE),
        change=Call("update_slack_channel_configuration", takes={**_NAMED_OTHERWISE, "ChatConfigurationArn": "@id"}),
        deletion=Call("delete_slack_channel_configuration", takes={"ChatConfigurationArn": "@id"}),
        create_only=("SlackWorkspaceId",),
        ignored=("CustomizationResourceArns",),
        attributes={"Arn": "{id}"},
    ),
)
