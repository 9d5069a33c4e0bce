"""A webhook of one's own: JSON, signed, with a key by which the receiver knows what it has had.

The secret holds `url` and `key`. The receiver computes HMAC-SHA256 with `key` over the header
`X-DiffusionWatch-Timestamp`, a dot and the body, and compares it with `X-DiffusionWatch-Signature` after `v1=`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from math import inf
from typing import Any

from .. import links, wording
from ..message import Message
from ..post import Post
from .parcel import Parcel


def send(parcel: Parcel, post: Post) -> str:
    """Sends one request, whatever number of messages it holds."""
    body = json.dumps(document(parcel), separators=(",", ":")).encode()
    stamp = str(int(parcel.wall))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": parcel.delivery.key,
        "X-DiffusionWatch-Timestamp": stamp,
        "X-DiffusionWatch-Signature": f"v1={signature(parcel.of_secret('key'), stamp, body)}",
    }
    post(parcel.of_secret("url"), body, headers)
    return ""


def signature(key: str, stamp: str, body: bytes) -> str:
    """
    >>> signature("key", "0", b"{}")[:8]
    '7314351d'
    """
    return hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def document(parcel: Parcel) -> dict[str, Any]:
    """The body."""
    found: dict[str, Any] = {
        "key": parcel.delivery.key,
        "environment": parcel.environment,
        "messages": [_message(parcel, message) for message in parcel.messages],
    }
    if parcel.graph is not None:
        found["graph"] = base64.b64encode(parcel.graph).decode()
    return found


def _message(parcel: Parcel, message: Message) -> dict[str, Any]:
    return {
        "kind": message.kind,
        "incident": message.incident,
        "service": message.service,
        "cause": message.cause,
        "severity": message.severity,
        "headline": wording.headline(message),
        "since": links.iso(message.since),
        "until": None if message.until == inf else links.iso(message.until),
        "first_action": wording.first_action(message),
        "links": {
            link.name.lower(): link.url for link in wording.links_of(message, parcel.console, parcel.environment)
        },
        "alarms": [
            {"id": line.id, "name": line.name, "number": line.number, "since": links.iso(line.since)}
            for line in (*message.lines, *message.evidence)
        ],
        "silenced": list(message.silenced),
    }
