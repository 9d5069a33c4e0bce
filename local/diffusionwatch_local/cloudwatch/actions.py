"""Runs an alarm's actions: a message to an SNS topic, a call of a Lambda function."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from .messages import Change, lambda_payload, sns_message, subject
from .names import Place

log = logging.getLogger(__name__)


class ActionFailed(Exception):  # noqa: N818 - an action fails, it does not err
    """An action could not be run; the message says why."""


class Actions:
    """Calls the services that actions name.

    Args:
        client: gives a boto3 client by service name; without one every action fails.
    """

    def __init__(self, client: Callable[[str], Any] | None, place: Place) -> None:
        self._client, self._place = client, place
        self._clients: dict[str, Any] = {}

    def run(self, action: str, change: Change) -> None:
        """Raises ActionFailed."""
        service = action.split(":")[2]
        runner = {"sns": self._publish, "lambda": self._invoke}.get(service)
        if runner is None:
            raise ActionFailed(f"actions on {service} are not run by the embedded AWS")
        try:
            runner(action, change)
        except Exception as error:
            log.warning("alarm %s: action %s failed: %s", change.alarm.name, action, error)
            raise ActionFailed(str(error)) from error

    def _publish(self, topic: str, change: Change) -> None:
        message = json.dumps(sns_message(change, self._place))
        self._of("sns").publish(TopicArn=topic, Subject=subject(change, self._place), Message=message)

    def _invoke(self, function: str, change: Change) -> None:
        payload = json.dumps(lambda_payload(change, self._place)).encode()
        self._of("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=payload)

    def _of(self, service: str) -> Any:
        if self._client is None:
            raise ActionFailed("no client was given")
        if service not in self._clients:
            self._clients[service] = self._client(service)
        return self._clients[service]
