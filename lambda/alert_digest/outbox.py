"""The outbox's own rules, pure: which delivery is next, who has it, what became of it."""

from __future__ import annotations

from dataclasses import replace

from .state import Delivery, Outlet, State

LEASE = 180.0
"""Seconds that a copy has a delivery to itself: three times the function's timeout, so its owner is surely gone."""
BACK_OFF = 60.0
"""Seconds after the first failure, twice that after each further one: the schedule comes once a minute."""
LONGEST_BACK_OFF = 3600.0


def claim(state: State, route: str, now: float, wall: float) -> tuple[State, tuple[Delivery, str] | None]:
    """Leases a route's oldest delivery, with the thread it belongs to; None when there is nothing to send now.

    Order is kept: a delivery that waits, or that another copy is sending, holds up those behind it.

    Args:
        now: the moment of the step, for what waits.
        wall: the machine's clock, for leases: they are about how long a process lives.
    """
    first = next((delivery for delivery in state.outbox if delivery.route == route), None)
    if first is None or first.leased_until > wall or first.not_before > now:
        return state, None
    taken = replace(first, attempts=first.attempts + 1, leased_until=wall + LEASE)
    threads = state.outlets.get(route, Outlet()).threads
    thread = threads.get(taken.messages[0].incident, "") if len(taken.messages) == 1 else ""
    return _with(state, taken), (taken, thread)


def delivered(state: State, taken: Delivery, thread: str) -> tuple[State, None]:
    """Takes a delivery out, and keeps or drops the thread of the incidents that it began or ended."""
    outlet = state.outlets.get(taken.route, Outlet())
    threads = dict(outlet.threads)
    for message in taken.messages:
        if message.ends:
            threads.pop(message.incident, None)
        elif thread:
            threads.setdefault(message.incident, thread)
    outlets = {**state.outlets, taken.route: replace(outlet, threads=threads)}
    rest = tuple(delivery for delivery in state.outbox if delivery.key != taken.key)
    return replace(state, outlets=outlets, outbox=rest), None


def failed(state: State, taken: Delivery, now: float, retry_after: float = 0.0) -> tuple[State, None]:
    """Gives a delivery back, to be tried again later; it is never given up."""
    pause = min(BACK_OFF * 2 ** (taken.attempts - 1), LONGEST_BACK_OFF)
    return _with(state, replace(taken, leased_until=0.0, not_before=now + max(pause, retry_after))), None


def oldest(state: State, now: float) -> float:
    """Seconds that the oldest delivery has waited for its endpoint; 0 without one."""
    return max((now - delivery.made for delivery in state.outbox), default=0.0)


def _with(state: State, changed: Delivery) -> State:
    outbox = tuple(changed if delivery.key == changed.key else delivery for delivery in state.outbox)
    return replace(state, outbox=outbox)
