"""Traces, from a worker's datagram to a group's metric."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from cloudwatch_simulator import MetricId, MetricStore
from diffusionwatch.clock import ManualClock
from diffusionwatch_local.server.service import ServiceError
from diffusionwatch_local.xray import Receiver, XRayService
from diffusionwatch_local.xray.filter_expression import FilterExpressionError, compile_filter
from diffusionwatch_local.xray.receiver import AddressInUse
from diffusionwatch_local.xray.traces import SEGMENT_BYTES, TRACES, Trace

NOW = 1_767_571_200.0


class Rays:
    """The service on a clock stepped by hand."""

    def __init__(self) -> None:
        self.store = MetricStore()
        self.clock = ManualClock(NOW)
        self.service = XRayService(self.store, self.clock)

    def call(self, operation: str, **params: Any) -> Any:
        return self.service.operations()[operation](params)

    def send(self, number: int = 1, **changes: Any) -> Any:
        return self.call("PutTraceSegments", TraceSegmentDocuments=[json.dumps(segment(number, **changes))])

    def found(self, expression: str = "") -> list[str]:
        params = {"StartTime": NOW, "EndTime": NOW + 3600, "FilterExpression": expression}
        return [each["Id"] for each in self.call("GetTraceSummaries", **params)["TraceSummaries"]]


def segment(number: int = 1, **changes: Any) -> dict[str, Any]:
    made = {
        "name": "image-api",
        "id": f"{number:016x}",
        "trace_id": f"1-00000000-{number:024x}",
        "start_time": NOW + 1,
        "end_time": NOW + 5,
        "annotations": {"model": "sdxl", "steps": 30, "environment": "local"},
    }
    return {**made, **changes}


def trace(**changes: Any) -> Trace:
    made = Trace("1-0-0")
    made.segments["s"] = segment(**changes)
    return made


@pytest.fixture
def rays() -> Rays:
    return Rays()


def test_a_trace_is_summed_up_and_given_back_whole(rays: Rays) -> None:
    rays.send(1, user="ada", http={"request": {"method": "POST"}, "response": {"status": 200}})
    (summary,) = rays.call("GetTraceSummaries", StartTime=NOW, EndTime=NOW + 60)["TraceSummaries"]
    assert (summary["Duration"], summary["HasFault"], summary["Http"]["HttpMethod"]) == (4, False, "POST")
    assert summary["Annotations"]["steps"][0]["AnnotationValue"] == {"NumberValue": 30}
    whole = rays.call("BatchGetTraces", TraceIds=[summary["Id"], "1-0-nothing"])
    assert json.loads(whole["Traces"][0]["Segments"][0]["Document"])["user"] == "ada"
    assert whole["UnprocessedTraceIds"] == ["1-0-nothing"]


def test_a_segment_in_progress_is_counted_once_when_it_is_whole(rays: Rays) -> None:
    started = segment(1)
    del started["end_time"]
    rays.call("PutTraceSegments", TraceSegmentDocuments=[json.dumps({**started, "in_progress": True})])
    assert rays.service.traces.received == 0
    rays.send(1, fault=True)
    rays.send(1, fault=True)
    assert (rays.service.traces.received, rays.service.traces.faults) == (1, 1)


def test_the_queues_segment_and_the_workers_are_one_trace(rays: Rays) -> None:
    rays.send(1, name="producer", end_time=NOW + 2)
    rays.send(1, id="b" * 16, parent_id=f"{1:016x}", start_time=NOW + 3, end_time=NOW + 9, fault=True)
    (summary,) = rays.call("GetTraceSummaries", StartTime=NOW, EndTime=NOW + 60)["TraceSummaries"]
    assert (summary["EntryPoint"]["Name"], summary["Duration"], summary["HasFault"]) == ("producer", 8, True)


def test_a_subsegment_sent_alone_hangs_below_its_segment(rays: Rays) -> None:
    rays.send(1)
    rays.send(1, id="c" * 16, parent_id=f"{1:016x}", type="subsegment", annotations={"stage": "denoise"})
    assert rays.found('annotation[stage] = "denoise"') == [segment(1)["trace_id"]]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("no json", "ParseError"),
        ("[]", "ParseError"),
        ('{"name":"x"}', "MissingRequiredField"),
        (json.dumps({**segment(), "start_time": "now"}), "InvalidTime"),
        (json.dumps({**segment(), "metadata": "x" * SEGMENT_BYTES}), "SizeLimitExceeded"),
    ],
)
def test_a_document_that_is_no_segment_is_given_back_with_the_reason(rays: Rays, document: str, code: str) -> None:
    answer = rays.call("PutTraceSegments", TraceSegmentDocuments=[document])
    assert [each["ErrorCode"] for each in answer["UnprocessedTraceSegments"]] == [code]
    assert rays.service.traces.refused == 1


def test_the_newest_traces_are_kept(rays: Rays) -> None:
    for number in range(TRACES + 1):
        rays.service.traces.put(json.dumps(segment(number)))
    assert rays.service.traces.get(segment(0)["trace_id"]) is None
    assert rays.service.traces.get(segment(TRACES)["trace_id"]) is not None


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "fault",
        "fault = true",
        "!ok",
        "fault = true AND responsetime > 3",
        "error OR (fault AND duration <= 4)",
        'annotation[model] = "sdxl"',
        'annotation.model BEGINSWITH "sd"',
        "annotation[steps] >= 30",
        'service("image-api")',
        'service("image-api") { fault = true } AND annotation[environment] = "local"',
        'name CONTAINS "image"',
    ],
)
def test_an_expression_finds_the_trace(expression: str) -> None:
    assert compile_filter(expression)(trace(fault=True))


@pytest.mark.parametrize(
    "expression",
    [
        "ok",
        "error",
        "responsetime > 4",
        'annotation[model] = "flux"',
        'annotation[steps] = "30"',
        'service("other") { fault = true }',
        'service("image-api") { responsetime > 30 }',
        "fault = false",
        "annotation[absent] = 1",
    ],
)
def test_an_expression_leaves_the_trace_alone(expression: str) -> None:
    assert not compile_filter(expression)(trace(fault=True))


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("coverage > 5", "coverage is not evaluated here"),
        ("fault =", "unexpected the end"),
        ("fault = true true", "unexpected 'true'"),
        ('service("x" { fault }', "unexpected '{'"),
        ("duration > #", "not understood"),
    ],
)
def test_an_expression_that_is_not_understood_is_refused(expression: str, said: str) -> None:
    with pytest.raises(FilterExpressionError, match=said):
        compile_filter(expression)


def test_a_group_counts_its_traces_once_a_minute_and_zero_when_there_are_none(rays: Rays) -> None:
    rays.call("CreateGroup", GroupName="faults", FilterExpression="fault = true")
    rays.send(1, fault=True)
    rays.send(2)
    rays.service.tick(NOW + 180)
    metric = MetricId.of("AWS/X-Ray", "ApproximateTraceCount", {"GroupName": "faults"})
    times, counts = rays.store.statistic(metric, "Sum", 60, NOW, NOW + 600)
    assert (times.tolist(), counts.tolist()) == ([NOW, NOW + 60], [1, 0])


def test_a_group_is_made_changed_tagged_and_deleted(rays: Rays) -> None:
    arn = rays.call("CreateGroup", GroupName="slow", Tags=[{"Key": "a", "Value": "b"}])["Group"]["GroupARN"]
    rays.call("UpdateGroup", GroupARN=arn, FilterExpression="duration > 5")
    assert rays.call("GetGroup", GroupName="slow")["Group"]["FilterExpression"] == "duration > 5"
    assert rays.call("ListTagsForResource", ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    rays.call("DeleteGroup", GroupARN=arn)
    with pytest.raises(ServiceError, match="Group not found: slow"):
        rays.call("GetGroup", GroupName="slow")


def test_a_group_with_a_filter_that_is_not_understood_is_refused(rays: Rays) -> None:
    with pytest.raises(ServiceError, match="coverage is not evaluated here"):
        rays.call("CreateGroup", GroupName="odd", FilterExpression="coverage > 5")


RULE = {
    "RuleName": "ours", "ResourceARN": "*", "Priority": 1000, "FixedRate": 0.05, "ReservoirSize": 1, "Host": "*",
    "ServiceName": "image-api", "ServiceType": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1,
}  # fmt: skip


def test_a_sampling_rule_is_made_changed_and_deleted_beside_the_default(rays: Rays) -> None:
    arn = rays.call("CreateSamplingRule", SamplingRule=RULE)["SamplingRuleRecord"]["SamplingRule"]["RuleARN"]
    rays.call("UpdateSamplingRule", SamplingRuleUpdate={"RuleARN": arn, "FixedRate": 0.5})
    rules = {each["SamplingRule"]["RuleName"]: each for each in rays.call("GetSamplingRules")["SamplingRuleRecords"]}
    assert rules["ours"]["SamplingRule"]["FixedRate"] == 0.5
    rays.call("DeleteSamplingRule", RuleARN=arn)
    (left,) = rays.call("GetSamplingRules")["SamplingRuleRecords"]
    assert left["SamplingRule"]["RuleName"] == "Default"


def test_a_rate_above_one_is_refused(rays: Rays) -> None:
    with pytest.raises(ServiceError, match=r"FixedRate is 1\.5"):
        rays.call("CreateSamplingRule", SamplingRule={**RULE, "FixedRate": 1.5})


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about within ten seconds")


def test_the_daemons_datagrams_arrive_and_others_are_ignored(rays: Rays) -> None:
    receiver = Receiver(rays.service.traces, port=0)
    receiver.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", receiver.port))
        sender.send(b"hello")
        sender.send(b'{"format": "json", "version": 1}\n' + json.dumps(segment(7)).encode())
    eventually(lambda: rays.service.traces.received == 1 and receiver.ignored == 1)
    receiver.stop()


def test_a_used_port_is_said_in_one_line(rays: Rays) -> None:
    first = Receiver(rays.service.traces, port=0)
    first.start()
    with pytest.raises(AddressInUse, match=r"^UDP 127\.0\.0\.1:\d+ is in use"):
        Receiver(rays.service.traces, port=first.port).start()
    first.stop()


def test_a_stopped_receiver_leaves_neither_thread_nor_port(rays: Rays) -> None:
    receiver = Receiver(rays.service.traces, port=0)
    receiver.start()
    receiver.stop()
    eventually(lambda: all(thread.name != "xray-receiver" for thread in threading.enumerate()))
    again = Receiver(rays.service.traces, port=receiver.port)
    again.start()
    again.stop()
