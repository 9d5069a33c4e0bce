"""Log events, once each, into metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from moto.backends import get_backend

from cloudwatch_simulator import MetricId, MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.logs import LogsService
from diffusionwatch_local.logs.storage import EVENTS_A_STREAM
from diffusionwatch_local.server.service import FallThrough, ServiceError

NOW = 4_102_444_800.0  # a virtual time decades from the wall's
GROUP = "/diffusionwatch/local/image-api/worker"


class Logs:
    """The service over a moto of its own, and what comes out of it."""

    def __init__(self) -> None:
        self.store = MetricStore()
        self.clock = ManualClock(NOW)
        self.service = LogsService(self.store, self.clock)
        self.backend: Any = get_backend("logs")["111122223333"]["us-east-1"]

    def create(self, group: str = GROUP, **options: Any) -> None:
        with pytest.raises(FallThrough):
            self.service.operations()["CreateLogGroup"]({"logGroupName": group, **options})
        self.backend.create_log_group(group, {})
        self.backend.create_log_stream(group, "s")

    def send(self, *messages: str, at: float = NOW, group: str = GROUP) -> Any:
        events = [{"timestamp": int(at * 1000), "message": message} for message in messages]
        params = {"logGroupName": group, "logStreamName": "s", "logEvents": events}
        return self.service.operations()["PutLogEvents"](params)

    def filter(self, pattern: str, name: str = "f", **transformation: Any) -> None:
        made = {"metricNamespace": "F", "metricName": "hits", "metricValue": "1", **transformation}
        params = {"logGroupName": GROUP, "filterName": name, "filterPattern": pattern, "metricTransformations": [made]}
        with pytest.raises(FallThrough):
            self.service.operations()["PutMetricFilter"](params)
        self.backend.put_metric_filter(name, pattern, GROUP, [made])

    def total(self, namespace: str, name: str, statistic: str = "Sum", **dimensions: str) -> float:
        metric = MetricId.of(namespace, name, dimensions)
        return float(self.store.statistic(metric, statistic, 60, NOW - 86_400, NOW + 86_400)[1].sum())


@pytest.fixture
def logs() -> Iterator[Logs]:
    with mock_aws():
        yield Logs()


def emf(value: object) -> str:
    directive = {"Namespace": "F", "Dimensions": [[]], "Metrics": [{"Name": "m"}]}
    return json.dumps({"_aws": {"Timestamp": int(NOW * 1000), "CloudWatchMetrics": [directive]}, "m": value})


def test_an_event_of_the_virtual_present_is_kept_and_counted_once(logs: Logs) -> None:
    logs.create()
    answer = logs.send(emf(2), emf(3))
    assert "rejectedLogEventsInfo" not in answer
    assert logs.total("F", "m") == 5
    assert logs.total("F", "m", "SampleCount") == 2
    assert len(logs.backend.groups[GROUP].streams["s"].events) == 2


def test_events_of_three_weeks_ago_and_of_tomorrow_are_rejected(logs: Logs) -> None:
    logs.create()
    assert logs.send(emf(1), at=NOW - 21 * 86_400)["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert logs.send(emf(1), at=NOW + 86_400)["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    assert logs.store.metrics() == []


def test_an_invalid_event_is_kept_as_a_log_and_counted_as_an_error_of_its_group(logs: Logs) -> None:
    logs.create()
    logs.send(emf("seven"), emf(1)[:-1])
    assert logs.total("AWS/Logs", "EMFValidationErrors", LogGroupName=GROUP) == 1
    assert logs.total("AWS/Logs", "EMFParsingErrors", LogGroupName=GROUP) == 1
    assert logs.total("F", "m") == 0
    assert logs.service.refused[GROUP] == 2
    assert len(logs.backend.groups[GROUP].streams["s"].events) == 2


def test_the_infrequent_access_class_gives_no_metrics(logs: Logs) -> None:
    logs.create(logGroupClass="INFREQUENT_ACCESS")
    logs.send(emf(1))
    assert logs.store.metrics() == []


def test_a_group_that_does_not_exist_is_refused_and_made_only_for_the_agent(logs: Logs) -> None:
    with pytest.raises(ServiceError, match="log group does not exist"):
        logs.send(emf(1))
    logs.service.put(GROUP, "i-1", [{"timestamp": int(NOW * 1000), "message": emf(1)}], create=True)
    assert logs.total("F", "m") == 1


def test_events_out_of_order_are_refused(logs: Logs) -> None:
    logs.create()
    events = [{"timestamp": int((NOW - age) * 1000), "message": "m"} for age in (0, 1)]
    with pytest.raises(ServiceError, match="chronological"):
        logs.service.operations()["PutLogEvents"]({"logGroupName": GROUP, "logStreamName": "s", "logEvents": events})


def test_a_stream_holds_its_newest_events(logs: Logs) -> None:
    logs.create()
    for _ in range(3):
        logs.send(*["x"] * (EVENTS_A_STREAM // 2))
    assert len(logs.backend.groups[GROUP].streams["s"].events) == EVENTS_A_STREAM


def test_a_metric_filter_counts_the_events_that_it_finds(logs: Logs) -> None:
    logs.create()
    logs.filter("?Xid ?OOM")
    logs.send("NVRM: Xid 79", "fine", "CUDA OOM")
    assert logs.total("F", "hits") == 2


def test_a_metric_filter_takes_value_and_dimensions_from_the_event(logs: Logs) -> None:
    logs.create()
    logs.filter("{ $.ms > 0 }", metricValue="$.ms", dimensions={"Model": "$.model"}, unit="Milliseconds")
    logs.send('{"ms": 40, "model": "sdxl"}', '{"ms": 60}')
    assert logs.total("F", "hits", Model="sdxl") == 40
    assert logs.store.units(MetricId.of("F", "hits", {"Model": "sdxl"})) == ["Milliseconds"]


def test_the_default_value_is_put_once_a_minute_without_a_find(logs: Logs) -> None:
    logs.create()
    logs.filter("Xid", defaultValue=0)
    logs.send("fine")
    logs.send("fine")
    assert logs.total("F", "hits", "SampleCount") == 1
    assert logs.total("F", "hits") == 0


def test_a_metric_filter_that_is_put_again_replaces_the_first(logs: Logs) -> None:
    logs.create()
    logs.filter("Xid")
    logs.filter("Xid")
    logs.send("NVRM: Xid 79")
    assert logs.total("F", "hits") == 1


def test_a_filter_pattern_that_is_not_evaluated_is_refused_by_name(logs: Logs) -> None:
    logs.create()
    transformation = {"metricNamespace": "F", "metricName": "hits", "metricValue": "1"}
    params = {"logGroupName": GROUP, "filterName": "f", "filterPattern": "[ip, status]"}
    with pytest.raises(ServiceError, match="space-delimited"):
        logs.service.operations()["PutMetricFilter"]({**params, "metricTransformations": [transformation]})
