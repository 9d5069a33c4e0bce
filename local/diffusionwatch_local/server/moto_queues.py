"""moto's queues for several consumers at once, on the common clock.

moto 5.2.5 changes a queue's sets while another request walks over them, and may hand the same message to two consumers
that look at the same moment. So each call takes its turn; only the waiting of a long poll is done by all together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

import moto.sqs.models
from moto.sqs.models import SQSBackend

from diffusionwatch.clock import Clock

_LOOK_SECONDS = 1  # of the wall; a message that arrives ends the wait at once, one that becomes visible again does not
_TIMES = {name: vars(moto.sqs.models)[name] for name in ("unix_time", "unix_time_millis")}
_METHODS = {name: method for name, method in vars(SQSBackend).items() if callable(method) and not name.startswith("_")}


def keep(clock: Clock) -> None:
    """Lets the queues of this process live on ``clock``: sent timestamps, visibility timeouts, long polls.

    A worker subtracts a message's timestamp from its own clock's, so both must be the same.
    """
    vars(moto.sqs.models).update(unix_time=clock.time, unix_time_millis=lambda: clock.time() * 1000)
    turn = threading.RLock()
    for name, method in _METHODS.items():
        setattr(SQSBackend, name, _in_turn(method, turn))
    setattr(SQSBackend, "receive_message", _receive(clock, turn))  # noqa: B010  (mypy knows the class's own)


def release() -> None:
    """Gives moto's queues back as they were, to whoever uses moto in this process afterwards."""
    vars(moto.sqs.models).update(_TIMES)
    for name, method in _METHODS.items():
        setattr(SQSBackend, name, method)


def _in_turn(method: Callable[..., Any], turn: threading.RLock) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **options: Any) -> Any:
        with turn:
            return method(*args, **options)

    return call


def _receive(clock: Clock, turn: threading.RLock) -> Callable[..., Any]:
    look = _METHODS["receive_message"]

    def receive_message(
        backend: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *rest: Any, **options: Any
    ) -> Any:
        until = clock.time() + wait_seconds_timeout
        while True:
            with turn:
                found = look(backend, queue_name, count, 0, *rest, **options)
            if found or clock.time() >= until:
                return found
            backend.get_queue(queue_name).wait_for_messages(_LOOK_SECONDS)

    return receive_message
