"""Amazon Q Developer in chat applications: channel configurations are kept; nothing is sent to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..server.service import Operation
from .kept import Kept

Params = dict[str, Any]


class ChatService:
    """Slack channels."""

    name = "chatbot"

    def __init__(self, account: str) -> None:
        self._prefix = f"arn:aws:chatbot::{account}:chat-configuration/slack-channel/"
        self._channels = Kept("No channel configuration {key}", "ResourceNotFoundException", 404)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateSlackChannelConfiguration": self._create,
            "UpdateSlackChannelConfiguration": self._update,
            "DeleteSlackChannelConfiguration": lambda p: self._channels.forget(p["ChatConfigurationArn"]),
            "DescribeSlackChannelConfigurations": lambda p: {"SlackChannelConfigurations": list(self._channels)},
        }

    def _create(self, params: Params) -> Params:
        arn = self._prefix + params["ConfigurationName"]
        made = {"SlackTeamName": "", "SlackChannelName": "", "SnsTopicArns": [], **params, "ChatConfigurationArn": arn}
        return {"ChannelConfiguration": self._channels.add(arn, made)}

    def _update(self, params: Params) -> Params:
        return {"ChannelConfiguration": self._channels.change(params["ChatConfigurationArn"], params)}
