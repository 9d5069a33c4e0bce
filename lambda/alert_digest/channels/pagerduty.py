"""PagerDuty's Events API v2: what the page does not say, as an alert that wakes nobody by itself.

The page comes straight from the alarm's topic. Give this route the `routing_key` of an integration on a service of
low urgency, or an event orchestration that adds its alerts to the page's incident. The incident is the dedup key:
PagerDuty itself merges what comes twice.

Source: "Events API v2" (PagerDuty developer documentation).
"""

from __future__ import annotations

import json
from typing import Any

from .. import links, wording
from ..message import Message
from ..post import Post
from ..rules import PAGE
from .parcel import Parcel

ENQUEUE = "https://events.pagerduty.com/v2/enqueue"
SUMMARY_LIMIT = 1024


def send(parcel: Parcel, post: Post) -> str:
    """Sends an event an incident; a digest is for people, so its incidents go one by one."""
    for message in parcel.messages:
        body = {"routing_key": parcel.of_secret("routing_key"), **event(parcel, message)}
        post(parcel.route.endpoint or ENQUEUE, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return ""


def event(parcel: Parcel, message: Message) -> dict[str, Any]:
    """A trigger or a resolve, all but the routing key."""
    return {
        "event_action": "resolve" if message.ends else "trigger",
        "dedup_key": f"{parcel.environment}/{message.incident}",
        "payload": {
            "summary": wording.headline(message)[:SUMMARY_LIMIT],
            "source": f"{parcel.environment}-{message.service}",
            "severity": "critical" if message.severity == PAGE else "warning",
            "timestamp": links.iso(message.since),
            "component": message.service,
            "group": parcel.environment,
            "class": message.cause,
            "custom_details": {
                "alarms": wording.alarms(message),
                "first action": wording.first_action(message),
                "when": wording.when(message),
            },
        },
        "links": [
            {"href": link.url, "text": link.name}
            for link in wording.links_of(message, parcel.console, parcel.environment)
        ],
    }
