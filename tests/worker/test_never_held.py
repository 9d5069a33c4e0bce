"""No request waits long for the background thread: its work is done in steps, and holds nothing that the garbage
collector would have to look at."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch import GenerationMonitor, breath
from diffusionwatch.buffer import STEP, Buffer, size_of
from diffusionwatch.foreign import ForeignEvent, ForeignMetric
from diffusionwatch.records import Document
from diffusionwatch.testing import MemorySink, recording


def documents(count: int) -> list[Document]:
    return [Document(b"%d" % number, number, 1) for number in range(count)]


def filled(count: int) -> Buffer:
    buffer = Buffer(1_000_000)
    for document in documents(count):
        assert buffer.offer(document) == []
    return buffer


def bodies(found: list[Document]) -> list[bytes]:
    return [document.body for document in found]


def test_what_a_returning_agent_has_read_is_forgotten_in_steps() -> None:
    buffer = filled(2 * STEP + 1)
    everything = buffer.next(1_000_000)
    buffer.handed(len(everything), size_of(everything))
    newest = size_of(everything[-1:])
    assert [buffer.confirm(newest) for _ in range(3)] == [True, True, False]
    assert buffer.bytes == newest
    assert not buffer.confirm(0)
    assert buffer.bytes == 0


def test_what_a_killed_agent_had_not_read_is_taken_back_in_steps_and_in_order() -> None:
    buffer = filled(2 * STEP + 1)
    everything = buffer.next(1_000_000)
    buffer.handed(len(everything), size_of(everything))
    assert [len(buffer.rewind()) for _ in range(4)] == [STEP, STEP, 1, 0]
    assert buffer.next(1_000_000) == everything
    assert buffer.waiting_bytes == buffer.bytes == size_of(everything)


def test_full_buffer_is_nothing_to_the_garbage_collector() -> None:
    buffer = filled(1000)
    some = buffer.next(2000)
    buffer.handed(len(some), size_of(some))
    held = [part for queue in (buffer._waiting, buffer._handed) for part in queue]
    assert len(held) == 3 * 1000
    assert not any(gc.is_tracked(part) for part in held)


operations = st.lists(
    st.one_of(
        st.tuples(st.just("offer"), st.integers(0, 12)),
        st.tuples(st.just("hand"), st.integers(0, 40)),
        st.tuples(st.just("confirm"), st.integers(0, 40)),
        st.tuples(st.just("rewind"), st.just(0)),
        st.tuples(st.just("clear"), st.just(0)),
    ),
    max_size=60,
)


@given(operations, st.integers(1, 40))
def test_buffer_keeps_its_bound_and_loses_nothing_uncounted(sequence: list[tuple[str, int]], limit: int) -> None:
    """Held against two plain queues."""
    buffer, waiting, handed = Buffer(limit), deque[Document](), deque[Document]()

    def held() -> int:
        return size_of([*waiting, *handed])

    for number, (operation, amount) in enumerate(sequence):
        if operation == "offer":
            document = Document(b"x" * amount, number, number)
            dropped = []
            if amount + 1 > limit:
                dropped = [document]
            else:
                while held() + amount + 1 > limit:
                    if handed:
                        handed.popleft()
                    else:
                        dropped.append(waiting.popleft())
                waiting.append(document)
            assert buffer.offer(document) == dropped
        elif operation == "hand":
            taken = buffer.next(amount)
            buffer.handed(len(taken), size_of(taken))
            assert taken == [waiting.popleft() for _ in taken]
            handed.extend(taken)
        elif operation == "confirm":
            assert not buffer.confirm(amount)
            while handed and size_of(list(handed)[1:]) >= amount:
                handed.popleft()
        elif operation == "rewind":
            assert buffer.rewind() == list(reversed(handed))
            waiting.extendleft(reversed(handed))
            handed.clear()
        else:
            assert buffer.clear() == list(waiting)
            waiting.clear()
        assert (buffer.bytes, buffer.waiting_bytes) == (held(), size_of(list(waiting)))
        assert buffer.bytes <= limit
        assert buffer.next(limit) == list(waiting)


def staged(monitor: GenerationMonitor) -> None:
    with monitor.generation("sdxl") as generation, generation.stage("denoise"):
        generation.on_step()


def foreign(monitor: GenerationMonitor) -> None:
    monitor.record(ForeignEvent("n", {"LogGroupName": "g"}, [{"a": "b"}], {"m": ForeignMetric([1.5])}))


def plain(monitor: GenerationMonitor) -> None:
    with monitor.generation("sdxl"):
        pass


@pytest.mark.parametrize("kind", [plain, staged, foreign])
@pytest.mark.parametrize("detail", ["requests", "aggregate"])
def test_encoding_lets_go_whenever_its_time_is_over_and_has_counted_what_it_gives(
    detail: str, kind: Callable[[GenerationMonitor], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = []
    monkeypatch.setattr(breath, "WORK_NS", -1)  # it is always over
    with recording(detail=detail, buffer_bytes=2000) as (monitor, _):
        monkeypatch.setattr(breath, "breathe", lambda: waiting.append(monitor._ledger.counts().waiting))
        monkeypatch.setattr("diffusionwatch.aggregate.breathe", breath.breathe)
        for _ in range(2000):
            kind(monitor)
        monitor.counts()
    counts = monitor.counts()
    assert len(waiting) >= 3
    assert min(waiting) >= 0  # what is dropped was counted before
    assert counts.recorded == counts.sent + counts.dropped == (0 if kind is foreign else 2000)
    assert counts.documents_dropped > 0 or detail == "aggregate"


def test_flush_that_does_not_get_its_turn_does_not_say_that_all_was_sent() -> None:
    monitor = GenerationMonitor(service="s", environment="e", tracing="off", gpu="off", sink=MemorySink(), start=False)
    plain(monitor)
    with monitor._publisher._turn:
        assert not monitor.flush(0.01)
    assert monitor.flush(5)
    monitor.close()


def test_long_step_times_make_an_event_full_before_they_are_many(agent: Any, monitor_for: Any) -> None:
    monitor = monitor_for(agent, detail="aggregate", aggregate_seconds=60)
    for _ in range(50):
        with monitor.generation("sdxl") as generation, generation.stage("denoise"):
            for _ in range(40):
                generation.on_step()
    assert monitor.flush(20)
    agent.wait_for(lambda: sum(event.get("RequestsCompleted", 0) for event in agent.events()) == 50)
    assert sum(len(event.get("DenoiseStep", ())) for event in agent.events()) == 2000
    assert [event["RequestsCompleted"] for event in agent.events() if "RequestsCompleted" in event] == [25, 25]
