"""Code written for aws-embedded-metrics, on our transport: the same events, and none of the ways to be hurt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from aws_embedded_metrics import metric_scope
from aws_embedded_metrics.environment.environment_detector import EnvironmentCache
from aws_embedded_metrics.logger.metrics_context import MetricsContext
from aws_embedded_metrics.serializers.log_serializer import LogSerializer
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusionwatch import GenerationMonitor, embedded_metrics
from diffusionwatch.conformance import UNITS, problems
from diffusionwatch.foreign import ForeignEvent, ForeignMetric
from diffusionwatch.testing import MemorySink, recording


@pytest.fixture
def installed() -> Iterator[tuple[GenerationMonitor, MemorySink]]:
    before = EnvironmentCache.environment
    with recording() as (monitor, sink):
        embedded_metrics.install(monitor)
        yield monitor, sink
    EnvironmentCache.environment = before


def foreign(sink: MemorySink) -> list[dict[str, Any]]:
    return [event for event in sink.events if "WorkerHeartbeat" not in event]


def test_metric_scope_goes_through_our_transport(installed: tuple[GenerationMonitor, MemorySink]) -> None:
    monitor, sink = installed

    @metric_scope
    def handle(metrics: Any) -> str:
        metrics.set_namespace("MyApp")
        metrics.put_dimensions({"Route": "/generate"})
        metrics.put_metric("Latency", 12.5, "Milliseconds")
        metrics.set_property("RequestId", "r1")
        return "done"

    assert handle() == "done"
    monitor.flush()
    (event,) = foreign(sink)
    assert (event["Latency"], event["Route"], event["RequestId"]) == (12.5, "/generate", "r1")
    assert event["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "MyApp"
    assert event["_aws"]["LogGroupName"] == "Unknown-metrics"
    assert "LogStreamName" in event["_aws"]


def test_value_that_cannot_be_serialised_no_longer_masks_the_applications_error(
    installed: tuple[GenerationMonitor, MemorySink],
) -> None:
    monitor, sink = installed

    @metric_scope
    def handle(metrics: Any) -> None:
        metrics.put_metric("Latency", 1)
        metrics.set_property("bad", object())
        raise ValueError("CUDA out of memory")

    with pytest.raises(ValueError, match="CUDA"):
        handle()
    monitor.flush()
    (event,) = foreign(sink)
    assert event["bad"] == "<object>"
    assert problems(sink.documents[0].body) == []


words = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)
metrics = st.dictionaries(
    words.map(lambda word: f"m{word}"),
    st.tuples(
        st.lists(st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9), min_size=1, max_size=230),
        st.sampled_from(sorted(UNITS)),
    ),
    max_size=130,
)


@settings(max_examples=60, deadline=None)
@given(
    metrics=metrics,
    dimension_sets=st.lists(st.dictionaries(words.map(lambda w: f"d{w}"), words, max_size=4), max_size=3),
    properties=st.dictionaries(words.map(lambda w: f"x{w}"), words | st.integers(0, 9) | st.booleans(), max_size=4),
)
def test_on_valid_input_our_events_say_what_the_librarys_own_serializer_says(
    metrics: dict[str, tuple[list[float], str]], dimension_sets: list[dict[str, str]], properties: dict[str, Any]
) -> None:
    context = MetricsContext.empty()
    context.namespace = "MyApp"
    context.meta["LogGroupName"] = "group"
    context.should_use_default_dimensions = False
    context.set_dimensions(dimension_sets)
    for name, value in properties.items():
        context.set_property(name, value)
    for name, (values, unit) in metrics.items():
        for number in values:
            context.put_metric(name, number, unit)
    theirs = [json.loads(text) for text in LogSerializer.serialize(context)]
    documents = embedded_metrics.event_of(context, "group").documents("stream", 0, pytest.fail)
    ours = [json.loads(document.body) for document in documents]
    assert not any(problems(document.body) for document in documents)
    assert said(ours) == said(theirs)
    for event in ours:
        assert {name: event[name] for name in properties} == properties
        assert event["_aws"]["Timestamp"] == context.meta["Timestamp"]


def said(events: list[dict[str, Any]]) -> Counter[Any]:
    """Each value of each metric, with its unit and its dimensions, however the events are cut."""
    found: Counter[Any] = Counter()
    for event in events:
        for directive in event["_aws"]["CloudWatchMetrics"]:
            sets = tuple(tuple((name, event[name]) for name in one) for one in directive["Dimensions"] or [[]])
            for metric in directive["Metrics"]:
                values = event[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    found[directive["Namespace"], sets, metric["Name"], metric["Unit"], value] += 1
    return found


@pytest.mark.parametrize(
    ("event", "repaired"),
    [
        ({"metrics": {"a": ForeignMetric([float("nan"), 1])}}, "not a number"),
        ({"metrics": {"a" * 400: ForeignMetric([1])}}, "name that is not possible"),
        (
            {"metrics": {"a": ForeignMetric([1])}, "dimension_sets": [{"d": "line\nbreak"}]},
            "dimension with control characters",
        ),
        (
            {"metrics": {"a": ForeignMetric([1])}, "dimension_sets": [{f"d{n}": "x" for n in range(40)}]},
            "more than 30 dimensions",
        ),
        (
            {"metrics": {"a": ForeignMetric([1])}, "properties": {"a": 2}},
            "property with the name of a metric or dimension",
        ),
        (
            {"metrics": {"a": ForeignMetric([1])}, "properties": {"p": ["x" * 8000] * 90}},
            "properties too large for one event",
        ),
    ],
)
def test_what_the_library_lets_through_is_repaired(event: dict[str, Any], repaired: str) -> None:
    reasons: list[str] = []
    given = {"namespace": "MyApp", "meta": {"LogGroupName": "g"}, "dimension_sets": [{}], **event}
    documents = ForeignEvent(**given).documents("stream", 1_767_700_800_000, reasons.append)
    assert documents
    assert not any(problems(document.body) for document in documents)
    assert repaired in reasons
