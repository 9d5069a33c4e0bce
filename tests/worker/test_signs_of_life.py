"""What a worker sends beside its requests: heartbeats, the age of what is in work, model loads."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch.testing import recording

NOON = 1_767_700_800.0


def test_loading_a_model_is_timed_and_seen() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink), monitor.loading("sdxl"):
        clock.advance(20)
        monitor.flush()
    assert sink.values("ModelLoad") == [20_000]
    assert [event["worker_state"] for event in sink.events if "WorkerHeartbeat" in event] == ["loading"]


def test_a_heartbeat_names_the_version_that_the_worker_runs() -> None:
    with recording() as (_, sink):
        pass
    assert {event["diffusionwatch_version"] for event in sink.events} == {metadata.version("diffusionwatch")}


def test_one_heartbeat_a_minute_and_the_age_of_a_hung_request() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink), monitor.generation("sdxl"):
        for _ in range(360):
            clock.advance(0.5)
            monitor.flush()
    assert sink.values("WorkerHeartbeat") == [1, 1, 1, 1]
    assert sink.values("InFlightRequestAge") == [500, 60_000, 120_000, 180_000]
    assert sink.values("TelemetryDropped") == [0, 0, 0, 0]


def test_age_is_that_of_the_oldest_request_and_ends_with_it() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink):
        with monitor.generation("old"):
            clock.advance(40)
            with monitor.generation("young"):
                clock.advance(20)
                monitor.flush()
        clock.advance(60)
    assert sink.values("InFlightRequestAge") == [60_000]
    states = [event["worker_state"] for event in sink.events if "WorkerHeartbeat" in event]
    assert states == ["busy", "idle"]


def test_heartbeat_that_fails_takes_no_request_along(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Any]:
        raise RuntimeError("a driver's answer that nobody foresaw")

    with recording() as (monitor, sink):
        monkeypatch.setattr(monitor._digest, "_state", broken)
        with monitor.generation("sdxl"):
            pass
    assert sink.total("RequestsCompleted") == 1
