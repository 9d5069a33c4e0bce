"""Slack: a message of Block Kit an incident, everything after it in its thread.

With a bot's `token` and a `channel` (scopes chat:write, channels:history or groups:history, files:write) a message
whose fate is unknown is looked for before it is sent again, by the key in its metadata. An incoming `webhook` cannot
be asked: after a crash between sending and noting it, it may say something twice.

Sources: "chat.postMessage", "conversations.history", "conversations.replies", "Message metadata", "Working with
files", "Block Kit" (Slack developer documentation).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .. import wording
from ..message import REMINDER, RESOLVED, Message
from ..post import DeliveryError, Post
from .parcel import Parcel

API = "https://slack.com/api"
TEXT_LIMIT = 2900
"""Characters of a section (3,000), less what the escaping of the last one may add."""
LOOK_BACK = 999
"""Messages looked through: the most that one call answers."""
EVENT_TYPE = "diffusionwatch_digest"

Block = dict[str, Any]


def send(parcel: Parcel, post: Post) -> str:
    """Sends, and answers the thread of what was sent."""
    content = blocks(parcel)
    if "token" not in parcel.secret:
        post(parcel.of_secret("webhook"), _json({"text": _text(parcel), "blocks": content}), _TYPE)
        return ""
    if parcel.again and (sent := _sent_before(parcel, post)):
        return sent
    body = {
        "channel": parcel.of_secret("channel"),
        "text": _text(parcel),
        "blocks": content,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": parcel.delivery.key}},
        "unfurl_links": False,
    }
    if parcel.thread:
        # The end of an incident is for everybody in the channel, what happens in between for those who follow it.
        body |= {"thread_ts": parcel.thread, "reply_broadcast": parcel.messages[0].kind in (RESOLVED, REMINDER)}
    picture = _picture(parcel, post)
    try:
        answer = _call("chat.postMessage", {**body, "blocks": [*content, *picture]}, parcel, post)
    except DeliveryError as error:
        if not picture or "invalid_blocks" not in str(error):
            raise
        # Slack may still be taking the picture in: the news do not wait for it.
        answer = _call("chat.postMessage", body, parcel, post)
    return str(answer.get("ts", ""))


def blocks(parcel: Parcel) -> list[Block]:
    """One incident in full, or the lines of a digest."""
    if len(parcel.messages) > 1:
        listed = [f"• {wording.headline(message)}, {wording.when(message)}" for message in parcel.messages]
        return [_header(wording.summary(parcel.messages)), *_sections(listed)]
    (message,) = parcel.messages
    first = wording.first_action(message)
    links = " · ".join(f"<{link.url}|{link.name}>" for link in _links(parcel, message))
    return [
        _header(wording.headline(message)),
        *_sections([wording.when(message), *wording.alarms(message)]),
        *([_section(f"*First:* {_escaped(first)}")] if first and not message.ends else []),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": links}]},
    ]


def _links(parcel: Parcel, message: Message) -> list[wording.Link]:
    return wording.links_of(message, parcel.console, parcel.environment)


def _text(parcel: Parcel) -> str:
    """What a phone shows before it is unlocked."""
    many = len(parcel.messages) > 1
    return _escaped(wording.summary(parcel.messages) if many else wording.headline(parcel.messages[0]))


def _sent_before(parcel: Parcel, post: Post) -> str:
    """The timestamp of this delivery's message, if Slack has it."""
    query = {"channel": parcel.of_secret("channel"), "include_all_metadata": True, "limit": LOOK_BACK}
    method = "conversations.history"
    if parcel.thread:
        method, query = "conversations.replies", {**query, "ts": parcel.thread}
    for message in _call(method, query, parcel, post).get("messages", []):
        if message.get("metadata", {}).get("event_payload", {}).get("key") == parcel.delivery.key:
            return str(message["ts"])
    return ""


def _picture(parcel: Parcel, post: Post) -> list[Block]:
    """The graph as a file of Slack's; without it when Slack does not take it."""
    if parcel.graph is None:
        return []
    try:
        named = {"filename": "alarm.png", "length": len(parcel.graph)}
        place = _call("files.getUploadURLExternal", named, parcel, post)
        post(place["upload_url"], parcel.graph, {"Content-Type": "image/png"})
        _call("files.completeUploadExternal", {"files": json.dumps([{"id": place["file_id"]}])}, parcel, post)
    except (DeliveryError, KeyError):
        return []
    return [{"type": "image", "slack_file": {"id": place["file_id"]}, "alt_text": "the metric around that time"}]


def _call(method: str, arguments: Mapping[str, Any], parcel: Parcel, post: Post) -> Mapping[str, Any]:
    headers = {"Authorization": f"Bearer {parcel.of_secret('token')}"}
    if method == "chat.postMessage":
        body, headers = _json(arguments), {**headers, **_TYPE}
    else:  # methods that read take forms alone
        body = urlencode({key: str(value) for key, value in arguments.items()}).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = post(f"{parcel.route.endpoint or API}/{method}", body, headers)
    if not answer.get("ok"):
        raise DeliveryError(f"Slack says {answer.get('error', 'nothing')}")
    return answer


_TYPE = {"Content-Type": "application/json; charset=utf-8"}


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text[:150]}}  # a header's limit


def _sections(lines: list[str]) -> list[Block]:
    """As many sections as the lines need."""
    found: list[str] = []
    for line in map(_escaped, lines):
        if found and len(found[-1]) + len(line) < TEXT_LIMIT:
            found[-1] += f"\n{line}"
        else:
            found.append(line[:TEXT_LIMIT])
    return [_section(text) for text in found[:45]]  # a message holds 50 blocks


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:TEXT_LIMIT]}}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
