"""Several consumers at one queue: each message goes to one of them, and nobody's look ends in an error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import moto.sqs.models
import pytest
from moto.backends import get_backend
from moto.sqs.models import SQSBackend

from diffusionwatch.clock import ManualClock, SystemClock
from diffusionwatch_local.server import moto_account

MESSAGES = 400
CONSUMERS = 6
ALL = ["All"]


@pytest.fixture
def queues() -> Iterator[Any]:
    """moto's SQS, asked by threads that hand over to each other as often as Python lets them."""
    moto_account.begin(SystemClock())
    sqs = get_backend("sqs")["111122223333"]["us-east-1"]
    sqs.create_queue("jobs")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield sqs
    sys.setswitchinterval(interval)
    moto_account.end()


def test_moto_is_given_back_as_it_was() -> None:
    before = (moto.sqs.models.unix_time, SQSBackend.receive_message)
    moto_account.begin(ManualClock(start=60))
    assert moto.sqs.models.unix_time() == 60
    moto_account.end()
    assert (moto.sqs.models.unix_time, SQSBackend.receive_message) == before


def test_each_message_is_handed_to_one_consumer_however_many_look_at_once(queues: Any) -> None:
    taken: list[str] = []
    failures: list[Exception] = []

    def consume() -> None:
        try:
            while messages := queues.receive_message("jobs", 1, 1, 3600):
                taken.extend(message.body for message in messages)
                queues.get_queue_attributes("jobs", ALL)
        except Exception as error:
            failures.append(error)

    for number in range(MESSAGES):
        queues.send_message("jobs", str(number))
    consumers = [threading.Thread(target=consume) for _ in range(CONSUMERS)]
    for consumer in consumers:
        consumer.start()
    for consumer in consumers:
        consumer.join()
    assert failures == []
    assert sorted(taken, key=int) == [str(number) for number in range(MESSAGES)]
