"""What a generation records: metrics, stages, errors, objectives, batches."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from importlib import metadata
from typing import Any

import pytest

from diffusionwatch import InvalidInput, Objective, Objectives, UnsafeContent, current
from diffusionwatch.catalog import FAULTS, METRICS, REJECTIONS
from diffusionwatch.clock import ManualClock
from diffusionwatch.conformance import problems
from diffusionwatch.errors import classify
from diffusionwatch.testing import MemorySink, recording

NOON = 1_767_700_800.0


def request_events(sink: MemorySink) -> list[dict[str, Any]]:
    return [event for event in sink.events if "WorkerHeartbeat" not in event]


def test_completed_request_gives_latency_images_and_its_properties() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink):
        with monitor.generation("sdxl", "r1", 30, 1024, 768, seed=7) as generation:
            clock.advance(2.5)
            generation.images = 2
            generation.property("scheduler", "euler")
        clock.advance(1)
    (event,) = request_events(sink)
    assert event["_aws"]["Timestamp"] == (NOON + 2.5) * 1000  # the completion
    assert {name: event[name] for name in METRICS if name in event} == {
        "GenerationLatency": 2500.0,
        "RequestsCompleted": 1,
        "RequestsSlow": 0,
        "ImagesGenerated": 2,
    }
    assert {name: event[name] for name in ("Environment", "Service", "Model")} == {
        "Environment": "test",
        "Service": "image-api",
        "Model": "sdxl",
    }
    assert (event["request_id"], event["steps"], event["width"], event["height"]) == ("r1", 30, 1024, 768)
    assert (event["seed"], event["scheduler"]) == (7, "euler")
    assert event["_aws"]["LogGroupName"] == "/diffusionwatch/test/image-api/worker"


@pytest.mark.parametrize(
    ("exception", "error_class"),
    [
        (MemoryError(), "oom"),
        (RuntimeError("CUDA out of memory. Tried to allocate 20 GiB"), "oom"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "dependency"),
        (KeyboardInterrupt(), "interrupted"),
        (SystemExit(), "interrupted"),
        (ValueError("height"), "internal"),
        (InvalidInput("steps"), "invalid_input"),
        (UnsafeContent(), "safety"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_exception_is_counted_by_its_class_and_leaves_unchanged(exception: BaseException, error_class: str) -> None:
    with recording() as (monitor, sink):
        with pytest.raises(type(exception)) as raised, monitor.generation("sdxl"):
            raise exception
        assert raised.value is exception
    (event,) = request_events(sink)
    assert event["ErrorClass"] == error_class
    outcome = "RequestsRejected" if error_class in REJECTIONS else "RequestsFaulted"
    assert [name for name in event if name in METRICS] == [outcome]
    sets = event["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert ["Environment", "Service", "ErrorClass"] in sets


def test_every_error_class_is_one_of_the_catalogue() -> None:
    class TorchOutOfMemoryError(RuntimeError):
        pass

    TorchOutOfMemoryError.__name__ = "OutOfMemoryError"
    kinds = [TorchOutOfMemoryError, ValueError, OSError, TimeoutError, GeneratorExit, ConnectionError]
    assert {classify(kind()) for kind in kinds} <= set(FAULTS + REJECTIONS)
    assert classify(TorchOutOfMemoryError()) == "oom"


def test_classifier_of_the_application_comes_first_and_may_fail() -> None:
    def know(exception: BaseException) -> str | None:
        if isinstance(exception, KeyError):
            raise RuntimeError("a bug in the classifier")
        return "safety" if isinstance(exception, LookupError) else None

    from diffusionwatch import GenerationMonitor

    sink = MemorySink()
    monitor = GenerationMonitor(service="s", environment="e", tracing="off", sink=sink, start=False, classifier=know)
    for exception in (LookupError(), KeyError(), TimeoutError()):
        with pytest.raises(type(exception)), monitor.generation():
            raise exception
    monitor.close()
    assert [event["ErrorClass"] for event in request_events(sink)] == ["safety", "internal", "timeout"]


def test_error_without_exception_and_unknown_class() -> None:
    with recording() as (monitor, sink):
        with monitor.generation() as generation:
            generation.error("safety")
        with monitor.generation() as generation:
            generation.error("gremlins")
    assert [event["ErrorClass"] for event in request_events(sink)] == ["safety", "internal"]


def test_stages_add_up_and_an_unfinished_one_is_no_metric() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink):
        with monitor.generation() as generation:
            for name in ("prompt_encode", "Denoise", "denoise", "watermark"):
                with generation.stage(name):
                    clock.advance(0.25)
        with pytest.raises(TimeoutError), monitor.generation() as generation, generation.stage("upload"):  # noqa: PT012
            clock.advance(0.5)
            raise TimeoutError
    done, failed = request_events(sink)
    assert (done["PromptEncode"], done["Denoise"], done["watermark_ms"]) == (250, 500, 250)
    assert "VaeDecode" not in done
    assert "Upload" not in failed
    assert failed["upload_ms"] == 500


def test_each_step_is_measured_and_the_callback_hands_back_what_it_was_given() -> None:
    clock = ManualClock(NOON)
    given = {"latents": object()}
    with recording(clock=clock) as (monitor, sink), monitor.generation() as generation, generation.stage("denoise"):
        for seconds in (0.4, 0.1, 0.2):
            clock.advance(seconds)
            assert generation.on_step_end(object(), 0, 0, given) is given
    assert sink.values("DenoiseStep") == [400, 100, 200]


def test_more_than_a_hundred_steps_go_into_further_events() -> None:
    with recording() as (monitor, sink), monitor.generation() as generation, generation.stage("denoise"):
        for _ in range(250):
            generation.on_step()
    assert len(sink.values("DenoiseStep")) == 250
    assert sink.total("RequestsCompleted") == 1
    assert not any(problems(document.body) for document in sink.documents)


def test_request_is_slow_by_the_objective_of_its_model_steps_and_pixels() -> None:
    clock = ManualClock(NOON)
    objectives = Objectives({"sdxl": Objective(1, 0.1)}, other=Objective(5))
    with recording(clock=clock, objectives=objectives) as (monitor, sink):
        for model, steps, width in (("sdxl", 10, 1000), ("sdxl", 40, 1000), ("sdxl", "?", 1000), ("flux", 10, 1000)):
            with monitor.generation(model, steps=steps, width=width, height=1000):  # type: ignore[arg-type]
                clock.advance(3)
    assert sink.values("RequestsSlow") == [1, 0, 0, 0]
    assert monitor.counts().slow == 1


def test_queue_wait_and_attempt_come_from_the_sqs_message() -> None:
    clock = ManualClock(NOON)
    message = {
        "MessageId": "m-1",
        "Attributes": {"SentTimestamp": str(int(NOON * 1000) - 1500), "ApproximateReceiveCount": "2"},
    }
    with recording(clock=clock) as (monitor, sink):
        with monitor.generation("sdxl", message=message):
            pass
        with monitor.generation("sdxl", queued_at=NOON + 5):  # the sender's clock is ahead
            pass
        with monitor.generation("sdxl", message={"Attributes": {"SentTimestamp": "soon"}}):
            pass
    first, ahead, unreadable = request_events(sink)
    assert (first["QueueWait"], first["request_id"], first["receive_count"]) == (1500, "m-1", 2)
    assert ahead["QueueWait"] == 0
    assert "QueueWait" not in unreadable
    assert monitor.counts().repaired == {
        "queued after it was received: the clocks differ": 1,
        "arrival that cannot be read (ValueError)": 1,
    }


def test_latency_counts_from_the_arrival_when_that_is_known() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink), monitor.generation(received_at=NOON - 2, queued_at=NOON - 5):
        clock.advance(1)
    assert sink.values("GenerationLatency") == [3000]
    assert sink.values("QueueWait") == [3000]


def test_batch_gives_each_request_its_own_outcome() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink):
        generations = [
            monitor.generation("sdxl", "a", received_at=NOON - 1),
            monitor.generation("sdxl", "b"),
        ]
        with monitor.batch(generations) as batch:
            with batch.stage("denoise"):
                clock.advance(2)
                batch.on_step_end(None, 0, 0, {})
            first, second = batch
            first.images = 1
            second.error("safety")
    events = {event["request_id"]: event for event in request_events(sink)}
    assert (events["a"]["GenerationLatency"], events["a"]["Denoise"], events["a"]["DenoiseStep"]) == (
        3000,
        2000,
        [2000],
    )
    assert events["b"]["ErrorClass"] == "safety"
    assert events["a"]["batch_size"] == 2


def test_nested_and_concurrent_generations_each_find_themselves() -> None:
    async def serve(monitor: Any, name: str) -> None:
        async with monitor.generation(request_id=name) as generation:
            await asyncio.sleep(0)
            assert current() is generation
            with monitor.generation(request_id=f"{name}-inner") as inner:
                assert current() is inner
            assert current() is generation

    async def serve_all(monitor: Any) -> None:
        await asyncio.gather(*(serve(monitor, str(number)) for number in range(10)))

    with recording() as (monitor, _):
        asyncio.run(serve_all(monitor))
        assert current() is None
        assert monitor.counts().completed == 20


def test_decorated_functions_are_generations() -> None:
    with recording() as (monitor, sink):

        @monitor.generated("sdxl", variant="turbo")
        def generate() -> str:
            generation = current()
            assert generation is not None
            generation.images = 3
            return "image"

        @monitor.generated("flux")
        async def generate_later() -> str:
            await asyncio.sleep(0)
            return "image"

        assert (generate(), asyncio.run(generate_later())) == ("image", "image")
    first, second = request_events(sink)
    assert (first["Model"], first["variant"], first["ImagesGenerated"], second["Model"]) == ("sdxl", "turbo", 3, "flux")


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


def test_recording_goes_on_after_close(agent: Any, monitor_for: Any, record: Any) -> None:
    monitor = monitor_for(agent)
    record(monitor, range(5))
    monitor.close()
    record(monitor, range(5, 10))
    assert monitor.flush(20)
    agent.wait_for(lambda: len(agent.requests()) == 10)
