"""When and how a request came: what its SQS message or its sender says about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffusionwatch.clock import Clock
from diffusionwatch.generation import Generation
from diffusionwatch.ledger import Ledger
from diffusionwatch.tracing.propagation import carrier_of

LONGEST_SECONDS = 10 * 366 * 86_400.0
"""SQS keeps no message beyond 14 days, but people's tests keep theirs for years. What is said to be older than this is
another unit, or no time at all."""


def note_arrival(
    generation: Generation,
    clock: Clock,
    ledger: Ledger,
    message: Mapping[str, Any] | None,
    queued_at: float | None,
    received_at: float | None,
) -> None:
    """Gives the generation its queue wait, its attempt and its trace headers. Never raises.

    The sender's clock is another one: a wait below zero is taken as none, and counted.
    """
    try:
        extras, now = generation._extra(), clock.time()
        if received_at is not None:
            extras.lead_ns = max(0, int(_past(now - received_at) * 1e9))
        if message is not None:
            attributes = message.get("Attributes") or {}
            if sent := attributes.get("SentTimestamp"):
                queued_at = int(sent) / 1000
            if count := attributes.get("ApproximateReceiveCount"):
                generation.property("receive_count", int(count))
            generation.request_id = generation.request_id or message.get("MessageId")
            extras.carrier = carrier_of(message)
        if queued_at is not None:
            wait = _past(now - queued_at) - extras.lead_ns / 1e9
            if wait < 0:
                ledger.repaired("queued after it was received: the clocks differ")
            extras.queue_wait_ms = round(max(0.0, wait) * 1000, 3)
    except Exception as error:
        ledger.repaired(f"arrival that cannot be read ({type(error).__name__})")


def _past(seconds: float) -> float:
    """The same, if a request can have come that long ago; raises ``ValueError`` otherwise."""
    if not seconds <= LONGEST_SECONDS:
        raise ValueError
    return seconds
