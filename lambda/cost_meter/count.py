"""The counting itself: instances, prices and readings in, steps and new books out. Pure.

Each step is a span of time with the part of each instance's bill that falls into it. Spans follow each other without
gap or overlap from the books' `until` on, so an outage is made up for and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .billing import SPOT, Instance, Rate, dollars, idle_share, slices
from .service import Service
from .state import Seen, State, added

Reported = Mapping[str, Sequence[tuple[float, float]]]
"""GPU utilisation by instance, as (time, percent)."""


@dataclass(frozen=True)
class Step:
    """A span and its money. `spent` and `idle` are None where they are not known, which is not zero."""

    start: float
    end: float
    spent: float | None
    idle: float | None
    spot: float
    """of what was spent, that on Spot instances"""
    instances: int


@dataclass(frozen=True)
class Counted:
    """What a call found out."""

    state: State
    steps: tuple[Step, ...]
    per_hour: float
    """dollars an hour of what runs now, as far as it has a price"""
    unpriced: tuple[str, ...]
    """types of instances without a price, one each instance"""
    assumed: int
    """instances of which something is assumed"""


def count(
    service: Service,
    state: State,
    instances: Sequence[Instance],
    rates: Mapping[str, Rate],
    reported: Reported,
    now: float,
    interval: float,
) -> Counted:
    """Counts from the books' `until` to `now`. `rates` are by instance; one without has no price."""
    billed = [one for one in instances if _length(one.billed(state.until, now))]
    spans = slices(state.until, now, interval)
    steps = [_step(service, billed, rates, reported, start, end) for start, end in spans]
    # Free are also the minutes that earlier calls counted; once, since the books then forget the instance.
    given_back = sum(
        state.open[one.instance_id].counted for one in instances if one.free and one.instance_id in state.open
    )
    if given_back:
        last = steps[-1]
        steps[-1] = replace(last, spent=(last.spent or 0.0) - given_back, spot=last.spot - given_back)
    running = [one for one in instances if one.launched < now and (one.ended is None or one.ended > now)]
    books = added(state, {step.start: step.spent or 0.0 for step in steps}, now)
    return Counted(
        replace(books, open={one.instance_id: _seen(one, state, rates, now) for one in running}),
        tuple(steps),
        sum(rates[one.instance_id][-1][1] for one in running if one.instance_id in rates),
        tuple(sorted(one.instance_type for one in billed if one.instance_id not in rates)),
        sum(one.assumed for one in billed),
    )


def _step(
    service: Service,
    instances: Sequence[Instance],
    rates: Mapping[str, Rate],
    reported: Reported,
    start: float,
    end: float,
) -> Step:
    present = [(one, span) for one in instances if _length(span := one.billed(start, end))]
    if not present:
        return Step(start, end, 0.0, 0.0, 0.0, 0)
    spent = spot = idle = 0.0
    priced = told = False
    for one, span in present:
        rate = rates.get(one.instance_id)
        if rate is None:
            continue
        priced = True
        cost = 0.0 if one.free else dollars(rate, *span)
        spent += cost
        spot += cost if one.purchase == SPOT else 0.0
        share = idle_share(reported.get(one.instance_id, ()), start, end, service.idle_below_percent)
        if share is not None:
            told = True
            idle += share * cost
    return Step(start, end, spent if priced else None, idle if told else None, spot, len(present))


def _seen(one: Instance, state: State, rates: Mapping[str, Rate], now: float) -> Seen:
    before = state.open.get(one.instance_id)
    rate = rates.get(one.instance_id)
    cost = dollars(rate, *one.billed(state.until, now)) if rate else 0.0
    counted = (before.counted if before else 0.0) + cost
    return Seen(one.instance_type, one.launched, one.purchase, one.zone, counted)


def _length(span: tuple[float, float]) -> float:
    return span[1] - span[0]
