"""Many requests in one event: arrays of values, sums by model and minute."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch import Objective, Objectives, limits
from diffusionwatch.clock import ManualClock
from diffusionwatch.conformance import problems
from diffusionwatch.testing import MemorySink, recording

NOON = 1_767_700_800.0


def request_events(sink: MemorySink) -> list[dict[str, Any]]:
    return [event for event in sink.events if "WorkerHeartbeat" not in event]


def test_aggregate_gives_value_arrays_and_keeps_failures_and_slow_ones_apart() -> None:
    clock = ManualClock(NOON)
    objectives = Objectives(other=Objective(5))
    with recording(clock=clock, detail="aggregate", objectives=objectives) as (monitor, sink):
        for number in range(250):
            with monitor.generation("sdxl", str(number)) as generation:
                clock.advance(0.1)
                generation.images = 2
        with monitor.generation("sdxl", "slow"):
            clock.advance(6)
        with pytest.raises(TimeoutError), monitor.generation("sdxl", "failed"):
            raise TimeoutError
    assert sink.values("GenerationLatency").count(100) == 250
    assert (sink.total("RequestsCompleted"), sink.total("ImagesGenerated")) == (251, 500)
    assert [event["request_id"] for event in sink.events if "request_id" in event] == ["slow", "failed"]
    assert len(request_events(sink)) == 5
    assert monitor.counts().sent == 252


def test_aggregate_of_many_kinds_of_requests_gives_each_model_and_minute_its_own_sums() -> None:
    clock, kinds = ManualClock(NOON), random.Random(4)
    images: Counter[tuple[float, str | None]] = Counter()
    requests: Counter[tuple[float, str | None]] = Counter()
    with recording(clock=clock, detail="aggregate", aggregate_seconds=60) as (monitor, sink):
        for _ in range(5000):
            model = kinds.choice(["sdxl", "sdxl", "sdxl", "flux", None])
            with monitor.generation(model) as generation:
                clock.advance(kinds.uniform(0, 0.05))
                generation.images = kinds.randrange(4)
                if kinds.random() < 0.5:
                    with generation.stage("denoise"):
                        pass
                if kinds.random() < 0.1:
                    generation.error("safety")
            if generation.error_class is None:
                key = (clock.time() // 60, model)
                requests[key] += 1
                images[key] += generation.images
            if kinds.random() < 0.01:
                monitor._publisher.gather()
    arrived: Counter[tuple[float, str | None]] = Counter()
    shown: Counter[tuple[float, str | None]] = Counter()
    for event in request_events(sink):
        if "RequestsCompleted" in event:
            key = (event["_aws"]["Timestamp"] // 60_000, event.get("Model"))
            arrived[key] += event["RequestsCompleted"]
            shown[key] += event.get("ImagesGenerated", 0)
            assert len(sink_values(event, "GenerationLatency")) == event["RequestsCompleted"] <= 100
    assert (arrived, +shown) == (requests, +images)
    assert sink.total("RequestsRejected") == monitor.counts().rejected == 5000 - requests.total()


class Unhashable:
    __hash__ = None  # type: ignore[assignment]


kinds = st.tuples(
    st.sampled_from(["sdxl"] * 6 + ["".join(["sd", "xl"]), "flux", None, 7, Unhashable(), ["sdxl"]]),
    st.sampled_from([1] * 6 + [0, True, 1.0, np.int64(1), 3, 999, 1000, -1, "1", None]),
    st.sampled_from(["plain"] * 6 + ["stage", "error", "slow", "late", "open"]),
    st.sampled_from([0, 0, 0, 0.5, 20]),
)


@given(st.lists(kinds, max_size=80))
def test_aggregate_of_any_kinds_in_any_order_keeps_each_minutes_sums_and_values(sequence: list[Any]) -> None:
    clock = ManualClock(NOON + 59)
    expected: Counter[tuple[float, float]] = Counter()
    completed = failed = 0
    images: float = 0
    objectives = Objectives(other=Objective(30))
    left: list[tuple[Any, float]] = []
    with recording(clock=clock, detail="aggregate", aggregate_seconds=3600, objectives=objectives) as (monitor, sink):

        def leave(generation: Any, began: float) -> None:
            nonlocal completed
            generation.__exit__(None, None, None)
            completed += 1
            expected[clock.time() // 60, round((clock.time() - began) * 1000, 3)] += 1

        for model, count, manner, seconds in sequence:
            generation = monitor.generation(model).__enter__()
            began = clock.time()
            generation.images = count
            clock.advance(seconds + (31 if manner == "slow" else 0))
            images += 0 if isinstance(count, str) or count is None else float(count)
            if manner == "stage":
                with generation.stage("denoise"):
                    pass
            if manner == "open":
                left.append((generation, began))
            elif manner == "error":
                generation.error("oom")
                generation.__exit__(None, None, None)
                failed += 1
            else:
                leave(generation, began)
            if manner == "late":
                monitor.counts()
        for generation, began in reversed(left):
            leave(generation, began)
        counts = monitor.counts()
    arrived: Counter[tuple[float, float]] = Counter()
    for event in request_events(sink):
        for latency in sink_values(event, "GenerationLatency") if "GenerationLatency" in event else ():
            arrived[event["_aws"]["Timestamp"] // 60_000, latency] += 1
    assert arrived == expected
    assert (counts.completed, counts.faulted, counts.dropped) == (completed, failed, 0)
    assert sink.total("ImagesGenerated") == images
    assert not any(problems(document.body) for document in sink.documents)


def sink_values(event: dict[str, Any], name: str) -> list[float]:
    return event[name] if isinstance(event[name], list) else [event[name]]


def test_aggregate_never_mixes_two_minutes() -> None:
    clock = ManualClock(NOON + 58)
    with recording(clock=clock, detail="aggregate", aggregate_seconds=30) as (monitor, sink):
        for _ in range(4):
            with monitor.generation("sdxl"):
                clock.advance(1)
            monitor._publisher.gather()
    minutes = {event["_aws"]["Timestamp"] // 60_000: event["RequestsCompleted"] for event in request_events(sink)}
    assert sorted(minutes.values()) == [1, 3]


def test_request_that_ended_in_the_minute_before_those_that_came_first_stays_in_its_own() -> None:
    clock = ManualClock(NOON + 59)
    settings: dict[str, Any] = {"detail": "aggregate", "aggregate_seconds": 30}
    with recording(clock=clock, **settings) as (monitor, sink), monitor.generation("sdxl"):
        for _ in range(3):
            with monitor.generation("sdxl"):
                pass
        clock.advance(2)
    minutes = {event["_aws"]["Timestamp"] // 60_000: event["RequestsCompleted"] for event in request_events(sink)}
    assert minutes == {NOON // 60: 3, NOON // 60 + 1: 1}


def test_clock_that_jumps_changes_no_latency_and_loses_nothing() -> None:
    clock = ManualClock(NOON)
    monotonic = ManualClock(0)
    clock.monotonic_ns = monotonic.monotonic_ns
    with recording(clock=clock, detail="aggregate") as (monitor, sink):
        for jump in (0, 3600, -7200, 86_400):
            with monitor.generation("sdxl"):
                monotonic.advance(1)
                clock.advance(1 + jump)
            monitor._publisher.gather()
    assert sink.values("GenerationLatency") == [1000] * 4
    assert monitor.counts().sent == 4


def test_images_that_can_each_be_published_but_not_summed_go_into_two_events() -> None:
    with recording(detail="aggregate") as (monitor, sink):
        for _ in range(3):
            with monitor.generation("sdxl") as generation:
                generation.images = limits.LARGEST_VALUE  # type: ignore[assignment]
    assert sink.values("ImagesGenerated") == [limits.LARGEST_VALUE] * 3
    assert not any(problems(document.body) for document in sink.documents)
