"""AWS around the core: secrets, graphs, and the choice of a channel."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from . import links
from .channels import email, pagerduty, slack, webhook
from .channels.parcel import Parcel
from .message import Message
from .policy import Policy, Route
from .post import DeliveryError, Post, post
from .state import Delivery

SECRET_SECONDS = 300.0
"""A secret is read again after that: a rotated one is in use within five minutes."""

GRAPH_BEFORE = 3 * 3600.0
"""Seconds shown before an incident, as the console shows: an alarm's period may be an hour."""

Client = Callable[[str], Any]
"""Name of an AWS service to its client."""


class Sender:
    """Sends a delivery by its route's channel.

    Args:
        console: address of CloudWatch's page in the Region's console.
        client: service name to boto3 client.
        post: how HTTP requests are made.
        wall: the machine's clock.
    """

    def __init__(
        self, policy: Policy, console: str, client: Client, post: Post = post, wall: Callable[[], float] = time.time
    ) -> None:
        self._policy, self._console, self._client, self._post, self._wall = policy, console, client, post, wall
        self._secrets: dict[str, tuple[float, Mapping[str, str]]] = {}

    def __call__(self, route: Route, delivery: Delivery, thread: str) -> str:
        """Sends, and answers what the channel needs to go on in the same thread.

        Raises:
            DeliveryError: it did not arrive, or it is not known whether it did.
        """
        parcel = Parcel(
            delivery,
            route,
            self._policy.environment,
            self._console,
            self._wall(),
            secret=self._secret(route.secret) if route.secret else {},
            thread=thread,
            graph=self._graph(delivery.messages) if route.channel in ("slack", "webhook") else None,
        )
        try:
            if route.channel == "email":
                return email.send(parcel, self._client("sns"))
            channel = {"slack": slack.send, "pagerduty": pagerduty.send, "webhook": webhook.send}[route.channel]
            return channel(parcel, self._post)
        except DeliveryError:
            self._secrets.pop(route.secret, None)  # it may have been rotated
            raise
        except Exception as error:
            # Any text of an unforeseen error may hold the secret; its type does not.
            raise DeliveryError(type(error).__name__) from None

    def _secret(self, name: str) -> Mapping[str, str]:
        read, secret = self._secrets.get(name, (0.0, {}))
        if self._wall() < read + SECRET_SECONDS:
            return secret
        try:
            found = json.loads(self._client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
        except Exception as error:
            raise DeliveryError(f"secret {name}: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise DeliveryError(f"secret {name}: a JSON object is wanted")
        self._secrets[name] = self._wall(), found
        return found

    def _graph(self, messages: tuple[Message, ...]) -> bytes | None:
        """The metric of what begins, around that time; without it rather than late or not at all."""
        if len(messages) > 1 or not messages[0].begins or not messages[0].lines:
            return None
        message = messages[0]
        _, end = links.span(message)
        widget = {
            # A composite has no metric: its leaf has.
            "annotations": {"alarms": [(message.evidence or message.lines)[0].arn]},
            "start": links.iso(message.since - GRAPH_BEFORE),
            "end": links.iso(end),
            "width": 600,
            "height": 240,
        }
        try:
            image = self._client("cloudwatch").get_metric_widget_image(MetricWidget=json.dumps(widget))
        except Exception as error:
            print(f"no graph for {message.incident}: {type(error).__name__}", flush=True)
            return None
        return bytes(image["MetricWidgetImage"])
