"""The pure core with a clock: alarms change, minutes go by, messages are collected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alert_digest.event import read
from alert_digest.message import Message
from alert_digest.policy import Policy, Route
from alert_digest.state import State
from alert_digest.step import observe, step

from .conftest import NOW, alarm_event

MINUTE = 60.0
POLICY = Policy("prod", ("image-api",), (Route("chat", "slack"),))


class Digest:
    """The core, and what it has said so far."""

    def __init__(self, policy: Policy = POLICY, service: str = "image-api") -> None:
        self.policy, self.service = policy, service
        self.state, self.now = State(), NOW
        self.last: dict[str, tuple[str, float]] = {}

    def change(self, alarm: str, state: str, service: str = "", **more: Any) -> None:
        name = f"prod-{service or self.service}-{alarm}"
        event = read(alarm_event(name, state, self.now, *self.last.get(name, ("OK", NOW - 86400)), **more))
        assert event
        self.state, self.last[name] = observe(self.state, event), (state, self.now)

    def fire(self, *alarms: str, **more: Any) -> None:
        for alarm in alarms:
            self.change(alarm, "ALARM", **more)

    def end(self, *alarms: str, **more: Any) -> None:
        for alarm in alarms:
            self.change(alarm, "OK", **more)

    def run(self, minutes: float) -> list[Message]:
        said = []
        for _ in range(round(minutes)):
            self.now += MINUTE
            self.state, messages = step(self.state, self.now, self.policy)
            said += messages
        return said

    def deliveries(self) -> list[tuple[Message, ...]]:
        """Takes the outbox."""
        found = [delivery.messages for delivery in self.state.outbox]
        self.state = replace(self.state, outbox=())
        return found


def kinds(messages: list[Message]) -> list[str]:
    return [message.kind for message in messages]
