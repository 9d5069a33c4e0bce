"""One turn of the digest: take events in, step, deliver. Each of its effects may be the last: the next turn goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from . import outbox
from .event import AlarmEvent
from .policy import Policy, Route
from .post import DeliveryError
from .state import Delivery, State, built
from .step import observe, step
from .store import EVENTS_AT_ONCE, Store, update

TURN = 30.0
"""Seconds after which a turn begins no delivery: half of the function's timeout, since one may take as long again."""
ROUNDS = 5
"""Times that a turn takes events in; the next turn goes on."""

Send = Callable[[Route, Delivery, str], str]
"""Sends a delivery by a route, into a thread; answers the thread."""


@dataclass
class Turn:
    """What a turn did, for its own telemetry."""

    taken: int = 0
    sent: int = 0
    failures: list[str] = field(default_factory=list)
    oldest: float = 0.0


def record(store: Store, event: AlarmEvent, key: str, now: float) -> None:
    """Keeps an event for the next turn."""
    store.record(key, asdict(event), now)


def turn(store: Store, policy: Policy, send: Send, now: float, wall: Callable[[], float]) -> Turn:
    """Does all that is due at `now`, seconds since the epoch."""
    done = Turn()
    end = wall() + TURN
    for _ in range(ROUNDS):
        if not _take_in(store, policy, now, done):
            break
    for route in policy.routes:
        while wall() < end and _deliver(store, route, send, now, wall, done):
            pass
    done.oldest = outbox.oldest(store.read()[0], now)
    return done


def _take_in(store: Store, policy: Policy, now: float, done: Turn) -> bool:
    """Steps over the events kept; whether there may be more."""
    entries = store.recorded()
    events: list[AlarmEvent] = [built(AlarmEvent, body) for _, body in entries]

    def change(state: State) -> tuple[State, None]:
        for event in events:
            state = observe(state, event)
        return step(state, now, policy)[0], None

    update(store, change)
    done.taken += len(entries)
    # A copy that dies here leaves events to be taken in once more: facts that are known already.
    store.forget(key for key, _ in entries)
    return len(entries) >= EVENTS_AT_ONCE


def _deliver(store: Store, route: Route, send: Send, now: float, wall: Callable[[], float], done: Turn) -> bool:
    """Sends a route's next delivery; whether it arrived, so that there may be another."""
    claimed = update(store, lambda state: outbox.claim(state, route.name, now, wall()))
    if claimed is None:
        return False
    taken, thread = claimed
    try:
        thread = send(route, taken, thread) or thread
    except DeliveryError as error:
        done.failures.append(f"{route.name}: {error}")
        wish = error.retry_after
        update(store, lambda state: outbox.failed(state, taken, now, wish))
        return False
    update(store, lambda state: outbox.delivered(state, taken, thread))
    done.sent += 1
    return True
