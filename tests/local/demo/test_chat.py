"""The demo's chat, sent to by the digest's own webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alert_digest.channels import webhook
from alert_digest.channels.parcel import Parcel
from alert_digest.message import FIRING, Line, Message
from alert_digest.policy import Route
from alert_digest.post import DeliveryError, post
from alert_digest.state import Delivery
from diffusionwatch_local.demo.chat import Chat

NOW = 1_767_571_200.0
LINE = Line("backlog", "local-image-api-backlog", "ticket", NOW, description="The queue grows.\nFirst: Scale out.")


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    chat = Chat(lambda: NOW + 90, tmp_path)
    chat.start()
    yield chat
    chat.stop()


def parcel(chat: Chat, key: str = "local/chat/1", secret: dict[str, str] | None = None) -> Parcel:
    message = Message(
        FIRING, "image-api capacity 1", "image-api", "capacity", ("ticket",), since=NOW, at=NOW + 60, lines=(LINE,)
    )
    delivery = Delivery(key, "chat", (message,), NOW)
    held = secret or json.loads(chat.secret)
    return Parcel(delivery, Route("chat", "webhook"), "local", "us-east-1", NOW, held, graph=b"\x89PNG")


def test_a_message_is_kept_with_its_picture_and_first_action(chat: Chat) -> None:
    webhook.send(parcel(chat), post)

    (said,) = chat.said
    assert (said.kind, said.first_action, said.alarms, said.since) == ("firing", "Scale out.", ("backlog",), NOW)
    assert said.picture is not None
    assert said.picture.read_bytes() == b"\x89PNG"
    assert said.as_json(NOW)["after_minutes"] == 1.5


def test_the_same_delivery_twice_is_one_message(chat: Chat) -> None:
    for _ in range(2):
        webhook.send(parcel(chat), post)

    assert len(chat.said) == 1


def test_a_wrong_signature_is_refused(chat: Chat) -> None:
    with pytest.raises(DeliveryError, match="403"):
        webhook.send(parcel(chat, secret={**json.loads(chat.secret), "key": "guessed"}), post)

    assert (chat.said, chat.refused) == ([], 1)
