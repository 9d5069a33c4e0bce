"""Whatever goes wrong around a request, the request goes on, and is counted once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from diffusionwatch import Generation, GenerationMonitor, tracing
from diffusionwatch.clock import ManualClock
from diffusionwatch.testing import MemorySink, recording


def outcomes(sink: MemorySink) -> Counter[tuple[str, str | None]]:
    """How often each request arrived, by its id and error class."""
    return Counter((event["request_id"], event.get("ErrorClass")) for event in sink.events if "request_id" in event)


def test_recording_goes_on_after_close(agent: Any, monitor_for: Any, record: Any) -> None:
    monitor = monitor_for(agent)
    record(monitor, range(5))
    monitor.close()
    record(monitor, range(5, 10))
    assert monitor.flush(20)
    agent.wait_for(lambda: len(agent.requests()) == 10)


def test_request_that_ends_after_close_is_sent_with_the_next() -> None:
    with recording() as (monitor, sink):
        with monitor.generation("sdxl", "across"):
            assert monitor.close().recorded == 0
        with monitor.generation("sdxl", "next"):
            pass
        monitor.flush()
    assert outcomes(sink) == {("across", None): 1, ("next", None): 1}


def interrupted_at(step: int) -> tuple[Counter[tuple[str, str | None]], str] | None:
    """A process that is told to end at that many bytecodes into a request's recording: what arrived, and where it was;
    None when recording takes fewer."""
    found = None
    passed = 0
    watched = {Generation.__enter__.__code__, Generation.__exit__.__code__, GenerationMonitor.generation.__code__}
    with recording() as (monitor, sink):

        def trace(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal found, passed
            if frame.f_code not in watched:
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                passed += 1
                if passed == step:
                    monitor._interrupt()
                    closing = threading.Thread(target=monitor.close)
                    closing.start()
                    closing.join()
                    found = outcomes(sink), frame.f_code.co_name
            return trace

        sys._getframe().f_trace_opcodes = True  # Python 3.12 traces bytecodes only where this was set beforehand
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with monitor.generation("sdxl", "r"):
                pass
        finally:
            sys.settrace(before)
    return found


def test_signal_between_any_two_bytecodes_of_recording_neither_loses_nor_doubles_the_request() -> None:
    seen = set()
    step = 1
    while (found := interrupted_at(step)) is not None:
        arrived, where = found
        assert arrived.total() <= 1
        if where == "__exit__":
            assert arrived in ({("r", "interrupted"): 1}, {("r", None): 1})
        seen.add(where)
        step += 1
    assert seen == {"generation", "__enter__", "__exit__"}


def test_no_thread_to_be_had_costs_no_request_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = MemorySink()
    monitor = GenerationMonitor(service="s", environment="e", tracing="off", gpu="off", sink=sink)
    monitor.close()

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with monitor.generation("sdxl", "r"):
            pass
    assert monitor.close().sent == 1


def test_queue_beyond_its_bound_keeps_what_is_still_in_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffusionwatch.monitor.QUEUE_LIMIT", 3000)
    with recording() as (monitor, sink):
        with monitor.generation("sdxl", "long"):
            for number in range(4000):
                with monitor.generation("sdxl", str(number)):
                    pass
        counts = monitor.counts()
    assert (counts.recorded, counts.dropped) == (4001, 1000)
    assert outcomes(sink)["long", None] == 1
    assert len(outcomes(sink)) == 3001


class FailingTracing:
    """Cannot send what it began."""

    def begin(self, generation: Generation) -> tracing.Trace:
        class Trace:
            trace_id = "1-00000000-000000000000000000000000"

            def leave(self) -> None:
                raise RuntimeError

        return Trace()

    def finish(self, generation: Generation, completed_ns: int) -> None:
        raise RuntimeError

    def inject(self, generation: Generation) -> dict[str, str]:
        return {}

    def stop(self) -> None: ...


def test_trace_that_cannot_be_sent_takes_no_metric_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "backend", lambda *given: FailingTracing())
    with recording() as (monitor, sink), monitor.generation("sdxl", "r"):
        pass
    assert outcomes(sink) == {("r", None): 1}


def test_gpus_that_fail_take_no_request_along() -> None:
    class Failing:
        gpus = (object(),)
        health = state = dict

        def sample(self) -> None:
            raise RuntimeError

        def stop(self) -> None:
            pass

    with recording() as (monitor, sink):
        monitor._digest.gpus = Failing()  # type: ignore[assignment]
        with monitor.generation("sdxl", "r"):
            pass
    assert outcomes(sink) == {("r", None): 1}


def test_property_that_a_task_adds_while_the_event_is_written_loses_nothing() -> None:
    with recording() as (monitor, sink), monitor.generation("sdxl", "r") as generation:

        class Late:
            def __float__(self) -> float:
                generation.property("late", 1)
                return 1.0

        generation.property("given", Late())
    assert outcomes(sink) == {("r", None): 1}
    assert monitor.counts().dropped == 0


def test_generation_that_is_left_twice_is_counted_once() -> None:
    with recording() as (monitor, sink):
        with monitor.generation("sdxl", "r") as generation:
            pass
        generation.__exit__(None, None, None)
    assert outcomes(sink) == {("r", None): 1}


def test_generation_that_is_entered_again_is_counted_again() -> None:
    clock = ManualClock(1000)
    with recording(clock=clock) as (monitor, sink):
        generation = monitor.generation("sdxl", "r")
        for seconds in (1, 2):
            with generation:
                clock.advance(seconds)
            monitor._publisher.gather()
    assert sink.values("GenerationLatency") == [1000, 2000]


def test_log_that_fails_holds_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise OSError("the log's disk is full")

    monkeypatch.setattr("diffusionwatch.ledger.log.warning", refuse)
    with recording() as (monitor, sink), monitor.generation("sdxl", "r", message={"Attributes": 1}):
        pass
    assert outcomes(sink) == {("r", None): 1}


def test_recording_threads_that_start_the_publisher_at_once_start_one(monitor_for: Callable[..., Any]) -> None:
    monitor = monitor_for(sink=MemorySink(), start=False)
    threads = [threading.Thread(target=monitor.start) for _ in range(8)]
    before = set(threading.enumerate())
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    started = set(threading.enumerate()) - before
    assert [thread.name for thread in started].count("diffusionwatch") == 1


def test_closing_within_a_request_loses_it_not_at_the_end_of_the_process(agent: Any, tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(
        "import sys\n"
        "from diffusionwatch import GenerationMonitor\n"
        "monitor = GenerationMonitor(service='s', environment='e', tracing='off', endpoint=sys.argv[1])\n"
        "with monitor.generation('sdxl', 'across'):\n"
        "    monitor.close()\n"
    )
    subprocess.run([sys.executable, str(script), agent.endpoint], check=True, timeout=60)
    agent.wait_for(lambda: agent.requests()["across"] == 1)
