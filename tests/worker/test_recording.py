"""What a generation records: metrics, stages, errors, objectives, batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
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


def test_decorated_functions_that_yield_are_timed_until_they_end() -> None:
    clock = ManualClock(NOON)
    with recording(clock=clock) as (monitor, sink):

        @monitor.generated("sdxl")
        def previews() -> Iterator[int]:
            for step in range(3):
                clock.advance(1)
                yield step

        @monitor.generated("flux")
        async def previews_later() -> AsyncIterator[int]:
            for step in range(2):
                clock.advance(1)
                yield step

        async def all_of_them() -> list[int]:
            return [step async for step in previews_later()]

        assert (list(previews()), asyncio.run(all_of_them())) == ([0, 1, 2], [0, 1])
    assert sink.values("GenerationLatency") == [3000, 2000]


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
