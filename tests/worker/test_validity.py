"""No input gives an event that CloudWatch rejects, and the sums of what was recorded arrive."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from enum import Enum
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusionwatch import limits
from diffusionwatch.clock import ManualClock
from diffusionwatch.conformance import UNITS, problems
from diffusionwatch.testing import recording

NAME = {"type": "string", "minLength": 1}
# The structure that the specification of the embedded metric format requires.
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {**NAME, "maxLength": 1024},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {"type": "array", "maxItems": 30, "items": {**NAME, "maxLength": 250}},
                            },
                            "Metrics": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {**NAME, "maxLength": 1024},
                                        "Unit": {"enum": sorted(UNITS)},
                                        "StorageResolution": {"type": "integer"},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


class Scheduler(Enum):
    EULER = "euler"


class Hostile:
    """Refuses everything that anybody asks of it."""

    def __str__(self) -> str:
        raise RuntimeError

    def __float__(self) -> float:
        raise RuntimeError

    def __bool__(self) -> bool:
        raise RuntimeError


numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.booleans(),
    st.decimals(),
    st.sampled_from([np.float32(1.5), np.int64(3), np.array([1, 2]), 10**400, 2.0**361, Scheduler.EULER]),
)
texts = st.one_of(st.text(), st.text(alphabet="\x00\n\ud800é ", max_size=5), st.just("x" * 2000), st.just(""))
anything = st.one_of(
    numbers,
    texts,
    st.none(),
    st.builds(Hostile),
    st.binary(),
    st.lists(numbers, max_size=3),
    st.dictionaries(texts, numbers, max_size=3),
)
names = st.one_of(
    texts, st.sampled_from(["_aws", "Model", "Service", "ErrorClass", "GenerationLatency", "prompt", "request_id"])
)
calls = st.fixed_dictionaries(
    {
        "model": anything,
        "images": anything,
        "error": st.one_of(st.none(), st.none(), anything),
        "stages": st.lists(
            st.one_of(st.sampled_from(["denoise", "Upload", "_aws", "GenerationLatency"]), anything), max_size=3
        ),
        "steps": anything,
        "width": anything,
        "message": st.one_of(st.none(), anything),
        "queued_at": st.one_of(st.none(), anything),
        "received_at": st.one_of(st.none(), anything),
        "properties": st.lists(st.tuples(st.one_of(names, anything), anything), max_size=4),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(calls, max_size=6), st.sampled_from(["requests", "aggregate"]))
def test_any_sequence_of_calls_gives_valid_events_whose_sums_are_those_recorded(
    sequence: list[dict[str, Any]], detail: str
) -> None:
    images: float = 0
    with recording(detail=detail) as (monitor, sink):
        for call in sequence:
            given_ = {name: call[name] for name in ("steps", "width", "message", "queued_at", "received_at")}
            with monitor.generation(call["model"], **given_) as g:
                for name in call["stages"]:
                    with g.stage(name):
                        g.on_step()
                for name, value in call["properties"]:
                    g.property(name, value)
                g.images = call["images"]
                if call["error"] is not None:
                    g.error(call["error"])
            images += expected(call["images"])
        counts = monitor.counts()
    for document in sink.documents:
        assert problems(document.body) == []
        jsonschema.validate(json.loads(document.body), SCHEMA)
        assert len(document.body) <= limits.EVENT_BYTES
    assert counts.dropped == counts.records_dropped == 0
    assert sink.total("RequestsCompleted") == counts.completed
    assert sink.total("RequestsFaulted") == counts.faulted
    assert sink.total("RequestsRejected") == counts.rejected
    assert counts.recorded == len(sequence)
    assert math.isclose(sink.total("ImagesGenerated"), images, rel_tol=1e-9)


def expected(images: Any) -> float:
    """What a count of images is worth: itself where it is a number that CloudWatch takes, nothing otherwise."""
    if isinstance(images, (str, bytes, list, dict, Hostile, Enum)) or images is None:
        return 0
    try:
        value = float(images)
    except (TypeError, ValueError, OverflowError):
        return 0
    return value if math.isfinite(value) and abs(value) <= limits.LARGEST_VALUE else 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("1.5"), 1.5),
        (np.float32(0.5), 0.5),
        (True, True),
        (2**70, str(2**70)),
        (Scheduler.EULER, "euler"),
        ("half \ud800", "half ?"),
        ((1, 2), [1, 2]),
        (object(), "<object>"),
    ],
)
def test_property_becomes_json(value: object, written: object) -> None:
    with recording() as (monitor, sink), monitor.generation("sdxl", given=value):
        pass
    assert sink.events[0].get("given") == written
    assert problems(sink.documents[0].body) == []


def test_property_that_would_hide_a_metric_is_renamed_and_counted() -> None:
    given = {"GenerationLatency": "fast", "_aws": 1, "Environment": "mine"}
    with recording() as (monitor, sink), monitor.generation("sdxl", **given):  # type: ignore[arg-type]
        pass
    event = sink.events[0]
    assert (event["property_GenerationLatency"], event["property__aws"], event["property_Environment"]) == (
        "fast",
        1,
        "mine",
    )
    assert monitor.counts().repaired == {"property with the name of a metric or dimension": 3}


def test_prompt_is_never_written_but_can_be_found_by_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFFUSIONWATCH_PROMPT_KEY", "secret")
    with recording() as (monitor, sink):
        for _ in range(2):
            with monitor.generation("sdxl", prompt="a red fox", negative_prompt="blurry", prompts=["a", "b"]):
                pass
    assert not any(b"fox" in document.body or b"blurry" in document.body for document in sink.documents)
    first, second = sink.events[:2]
    assert first["prompt_hash"] == second["prompt_hash"] != first["negative_prompt_hash"]


def test_prompt_is_found_whatever_its_case_and_wherever_it_lies() -> None:
    given = {"Prompt": "a red fox", "NEGATIVE_PROMPT": "blurry", "request": {"params": [{"prompt": "a red fox"}]}}
    with recording() as (monitor, sink), monitor.generation("sdxl", **given):  # type: ignore[arg-type]
        pass
    assert not any(b"fox" in document.body or b"blurry" in document.body for document in sink.documents)
    event = sink.events[0]
    assert event["request"]["params"][0]["prompt_hash"] == event["Prompt_hash"]


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), -1e290, 0.0, "yesterday"])
def test_moment_at_which_no_request_can_have_come_is_left_out_and_counted(moment: Any) -> None:
    with recording() as (monitor, sink), monitor.generation("sdxl", received_at=moment):
        pass
    assert monitor.counts().repaired
    assert all(value < 60_000 for value in sink.values("GenerationLatency"))
    with recording() as (monitor, sink), monitor.generation("sdxl", queued_at=moment):
        pass
    assert monitor.counts().repaired
    assert all(value == 0 for value in sink.values("QueueWait"))


def test_plain_and_unusual_requests_give_the_same_event() -> None:
    """The short way of ``plain`` against the long way of ``measure``, which a stage forces."""
    given = {"request_id": "r", "steps": 30, "width": 1024, "height": 768, "seed": 7, "note": "ü", "prompt": "fox"}
    clock = ManualClock(1_767_700_800)
    with recording(clock=clock) as (monitor, sink):
        for unusual in (False, False, True):
            with monitor.generation("sdxl", **given) as generation:  # type: ignore[arg-type]
                clock.advance(1.5)
                generation.images = 2
                if unusual:
                    generation._extra()
            clock.advance(-1.5)
    first, plain, unusual_event = sink.events[:3]
    assert first == plain == unusual_event


def test_event_that_would_be_too_large_loses_its_properties_not_its_metrics() -> None:
    with recording() as (monitor, sink), monitor.generation("sdxl") as generation:
        for number in range(40):
            generation.property(f"p{number}", "x" * 8000)
    assert sink.total("RequestsCompleted") == 1
    assert len(sink.documents[0].body) < 2000
    assert monitor.counts().repaired == {"properties too large for one event": 1}


def test_a_request_id_used_as_model_does_not_become_ten_thousand_metrics() -> None:
    with recording() as (monitor, sink):
        for number in range(150):
            with monitor.generation(f"model-{number}"):
                pass
    assert len({event.get("Model") for event in sink.events if "Model" in event}) == limits.MODELS + 1


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "not JSON"),
        (b'{"_aws":{"Timestamp":1,"LogGroupName":"g","CloudWatchMetrics":[]},"a":NaN}', "NaN"),
        (b'{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}}', "LogGroupName"),
        (b'{"_aws":{"Timestamp":1.5,"LogGroupName":"g","CloudWatchMetrics":[]}}', "Timestamp"),
        (b'{"a":1,"a":2}', "twice"),
        (
            b'{"_aws":{"Timestamp":1,"LogGroupName":"g","CloudWatchMetrics":[{"Namespace":"n","Dimensions":[["d"]],'
            b'"Metrics":[{"Name":"m","Unit":"Second"}]}]},"d":"\\n","m":true}',
            "unit",
        ),
    ],
)
def test_conformance_finds_what_is_wrong(body: bytes, problem: str) -> None:
    assert any(problem in found for found in problems(body))
