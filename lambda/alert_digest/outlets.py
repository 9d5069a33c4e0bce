"""From messages to deliveries: who is told, at what hours, and how much at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .message import Message, combined
from .policy import Policy, Route
from .state import Delivery, Outlet, State

LONGEST = 100
"""Incidents of one digest: what the smallest of the channels' limits holds, a mail of 256 KB."""


def dispatch(state: State, messages: Sequence[Message], now: float, policy: Policy) -> State:
    """Puts what may go now into the outbox; what may not is held at its route and goes with the next."""
    names = {route.name for route in policy.routes}
    outlets = {name: outlet for name, outlet in state.outlets.items() if name in names}
    outbox = [delivery for delivery in state.outbox if delivery.route in names]
    for route in policy.routes:
        outlet = outlets.get(route.name, Outlet())
        for message in messages:
            if route.takes(message.severities, message.service):
                outlet = replace(outlet, held=_held(outlet.held, message))
        # A route that fails gets no more: its news gather, and go as one digest when it recovers.
        failing = any(delivery.route == route.name and delivery.attempts for delivery in outbox)
        if outlet.held and route.open_at(now) and not failing:
            outlet, made = _released(outlet, route, now, policy)
            outbox += made
        outlets[route.name] = outlet
    return replace(state, outlets=outlets, outbox=tuple(outbox))


def _held(held: tuple[Message, ...], message: Message) -> tuple[Message, ...]:
    """What waits, with one more message: nobody is told of an incident twice when once will do."""
    for position, waiting in enumerate(held):
        if waiting.incident == message.incident:
            return (*held[:position], combined(waiting, message), *held[position + 1 :])
    return (*held, message)


def _released(outlet: Outlet, route: Route, now: float, policy: Policy) -> tuple[Outlet, list[Delivery]]:
    """One delivery a message; past the rate limit one digest of all, and no more often than `interval`."""
    given = tuple(at for at in outlet.given if at > now - policy.storm_seconds)
    parcels: list[tuple[Message, ...]]
    if len(given) + len(outlet.held) <= policy.storm_messages or not route.digests:
        parcels = [(message,) for message in outlet.held]
    elif now >= outlet.digest_at + policy.interval:
        parcels = [outlet.held[first : first + LONGEST] for first in range(0, len(outlet.held), LONGEST)]
        outlet = replace(outlet, digest_at=now)
    else:
        return replace(outlet, given=given), []
    made = [
        Delivery(f"{policy.environment}/{route.name}/{int(now)}/{number}", route.name, parcel, now)
        for number, parcel in enumerate(parcels, start=outlet.count + 1)
    ]
    outlet = replace(outlet, held=(), given=(*given, *[now] * len(made)), count=outlet.count + len(made))
    return outlet, made
