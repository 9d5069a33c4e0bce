"""What CloudWatch makes of an event in embedded metric format."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwatch_simulator import MetricId, MetricStore
from diffusionwatch_local.logs.emf import EmfError, EmfParsingError, extract


def event(*metrics: dict[str, Any], dimensions: Any = None, **root: Any) -> str:
    directive = {"Namespace": "Fleet", "Dimensions": [[]] if dimensions is None else dimensions, "Metrics": metrics}
    return json.dumps({"_aws": {"Timestamp": 90_000, "CloudWatchMetrics": [directive]}, **root})


def test_a_metric_is_put_once_for_each_dimension_set() -> None:
    message = event({"Name": "ms", "Unit": "Milliseconds"}, dimensions=[["a"], ["a", "b"], []], a="x", b="y", ms=7)
    assert {(datum.metric.dimensions, datum.values, datum.unit) for datum in extract(message)} == {
        ((("a", "x"),), (7,), "Milliseconds"),
        ((("a", "x"), ("b", "y")), (7,), "Milliseconds"),
        ((), (7,), "Milliseconds"),
    }


def test_an_array_target_is_many_samples_of_the_minute() -> None:
    store = MetricStore()
    for datum in extract(event({"Name": "ms"}, ms=[1, 2, 3])):
        datum.put(store)
    _, counts = store.statistic(MetricId("Fleet", "ms"), "SampleCount", 60, 60, 120)
    assert counts.tolist() == [3]


def test_a_high_resolution_metric_keeps_its_second() -> None:
    store = MetricStore()
    for datum in extract(event({"Name": "ms", "StorageResolution": 1}, ms=1)):
        datum.put(store)
    times, _ = store.statistic(MetricId("Fleet", "ms"), "Sum", 1, 60, 120)
    assert times.tolist() == [90]


def test_values_with_counts_and_statistic_sets_of_opentelemetry_are_read() -> None:
    histogram, statistics = {"Values": [1, 5], "Counts": [2, 3]}, {"Sum": 9, "Count": 3, "Min": 1, "Max": 5}
    message = event({"Name": "h"}, {"Name": "s"}, h=histogram, s=statistics)
    store = MetricStore()
    for datum in extract(message):
        datum.put(store)
    assert [store.statistic(MetricId("Fleet", name), "Sum", 60, 60, 120)[1].tolist() for name in "hs"] == [[17], [9]]


@pytest.mark.parametrize("message", ["plain text", '{"level": "info"}', "[]", '{"CloudWatchMetrics": 1}'])
def test_an_event_that_is_no_embedded_metric_format_gives_nothing(message: str) -> None:
    assert extract(message) == []


@pytest.mark.parametrize("message", ["prefix " + event({"Name": "m"}, m=1), event({"Name": "m"}, m=1) + "\n{}"])
def test_text_around_the_object_is_a_parsing_error(message: str) -> None:
    with pytest.raises(EmfParsingError):
        extract(message)


def test_not_a_number_is_no_json() -> None:
    with pytest.raises(EmfParsingError):
        extract(event({"Name": "m"}, m=float("nan")))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (event({"Name": "m"}), "metric 'm' is a number"),
        (event({"Name": "m"}, m="7"), "metric 'm' is a number"),
        (event({"Name": "m"}, m=True), "metric 'm' is a number"),
        (event({"Name": "m"}, m=[0] * 101), "101 values"),
        (event({"Name": "m"}, m=1e200), "beyond 2^360"),
        (event({"Name": "m", "Unit": "ms"}, m=1), "no unit of CloudWatch"),
        (event({"Name": "m", "StorageResolution": 30}, m=1), "StorageResolution"),
        (event({"Name": "n" * 256}, m=1), "256 characters"),
        (event({"Name": "m"}, dimensions=[["a"]], m=1), "dimension 'a'"),
        (event({"Name": "m"}, dimensions=[["a"]], a=7, m=1), "dimension 'a'"),
        (event({"Name": "m"}, dimensions=[["a"]], a="", m=1), "0 characters"),
        (event({"Name": "m"}, dimensions=["a"], a="x", m=1), "list of names"),
        (event({"Name": "m"}, dimensions=[[f"d{i}" for i in range(31)]], m=1), "31 dimensions"),
        (event(*({"Name": f"m{i}"} for i in range(101))), "101 metrics"),
        ('{"_aws":{"Timestamp":"1","CloudWatchMetrics":[]}}', "Timestamp is a whole number"),
        ('{"_aws":{"CloudWatchMetrics":[]}}', "Timestamp is a whole number, not absent"),
        ('{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Metrics":[]}]}}', "Dimensions is a list"),
    ],
)
def test_a_fault_is_named_where_it_stands(message: str, said: str) -> None:
    with pytest.raises(EmfError, match=said.replace("^", r"\^")) as raised:
        extract(message)
    assert raised.value.counted_as == "EMFValidationErrors"


SCALARS = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_document_breaks_the_extraction(anything: Any) -> None:
    for holder in ({"_aws": anything}, {"_aws": {"Timestamp": 1, "CloudWatchMetrics": anything}}):
        with contextlib.suppress(EmfError):
            extract(json.dumps({**holder, "x": "CloudWatchMetrics"}))
