from __future__ import annotations

import threading
from typing import Any

import pytest

from diffusionwatch.clock import ScaledClock
from diffusionwatch_local.fleet import producer as module
from diffusionwatch_local.fleet.producer import Producer


class Queue:
    """An SQS client that remembers what it was sent, and calls ``hook`` while a message is on its way."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.hook = lambda: None

    def send_message(self, **message: Any) -> None:
        self.hook()
        self.messages.append(message)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "say", lambda **event: events.append(event))
    return events


def run(queue: Queue, hear: list[dict[str, Any]]) -> Producer:
    """Runs a producer at a high rate; what it hears comes while its third job is on its way."""
    producer = Producer(queue, "url", ScaledClock(1000, 0.0, 0.0))

    def third() -> None:
        if len(queue.messages) == 2:
            for command in hear:
                threading.Thread(target=producer.hear, args=(command,)).start()
            threading.Timer(0.2, producer.stop).start()

    queue.hook = third
    producer.hear({"rate": 600})
    producer.run()
    return producer


def test_a_pause_that_comes_while_a_job_is_on_its_way_ends_after_that_job(said: list[dict[str, Any]]) -> None:
    producer = run(Queue(), [{"rate": 0}])
    assert len(producer.sent) == 3


def test_a_report_counts_the_job_that_is_on_its_way(said: list[dict[str, Any]]) -> None:
    run(Queue(), [{"rate": 0}, {"report": 1}])
    (report,) = said
    assert report["report"] == 1
    assert len(report["sent"]) == 3


def test_each_job_carries_a_sampled_trace_of_its_own(said: list[dict[str, Any]]) -> None:
    queue = Queue()
    run(queue, [{"rate": 0}])
    headers = [m["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"] for m in queue.messages]
    assert len(set(headers)) == 3
    assert all(header.startswith("Root=1-") and header.endswith("Sampled=1") for header in headers)
