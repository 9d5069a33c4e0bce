"""A trace is continued, described and handed on, by whichever backend there is."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from diffusionwatch import tracing
from diffusionwatch.clock import ManualClock, SystemClock
from diffusionwatch.testing import recording
from diffusionwatch.tracing.otel import OpenTelemetryTracing
from diffusionwatch.tracing.propagation import parent_of

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
HEADER = f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"
TRACEPARENT = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"


def sqs(**attributes: str) -> dict[str, Any]:
    return {"MessageId": "m", "Attributes": attributes}


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{receiver.getsockname()[1]}")
        yield receiver


def segment(daemon: socket.socket) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(daemon.recv(65536).split(b"\n", 1)[1])
    return found


@pytest.mark.parametrize(
    ("carrier", "parent"),
    [
        ({"AWSTraceHeader": HEADER}, (ROOT, "53995c3f42cd8ad8", True)),
        ({"AWSTraceHeader": f"Root={ROOT};Lineage=a:1|b:2"}, (ROOT, None, None)),
        (
            {"AWSTraceHeader": f"Self=1-0-0;Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=0"},
            (ROOT, "53995c3f42cd8ad8", False),
        ),
        (
            {"traceparent": TRACEPARENT, "AWSTraceHeader": "Root=1-00000000-000000000000000000000000"},
            (ROOT, "53995c3f42cd8ad8", True),
        ),
        ({"traceparent": "00-bad"}, None),
        ({"traceparent": TRACEPARENT.replace("5759e988bd862e3fe1be46a994272793", "0" * 32)}, None),
        ({"traceparent": TRACEPARENT.replace("53995c3f42cd8ad8", "0" * 16)}, None),
        ({"traceparent": "ff" + TRACEPARENT[2:]}, None),
        ({"traceparent": "ff" + TRACEPARENT[2:], "AWSTraceHeader": HEADER}, (ROOT, "53995c3f42cd8ad8", True)),
        ({"traceparent": "cc" + TRACEPARENT[2:]}, (ROOT, "53995c3f42cd8ad8", True)),
        ({"AWSTraceHeader": f"Root={ROOT};Parent=zz;Sampled=1"}, (ROOT, None, True)),
        ({"AWSTraceHeader": "Root=nonsense"}, None),
        ({}, None),
    ],
)
def test_parent_is_read_from_either_header(carrier: dict[str, str], parent: tuple[Any, ...] | None) -> None:
    assert parent_of(carrier) == parent


def test_xray_segment_continues_the_message_and_names_the_stages(daemon: socket.socket) -> None:
    clock = ManualClock(1_767_700_800)
    with (
        recording(tracing="xray", clock=clock) as (monitor, sink),
        monitor.generation("sdxl", steps=30, message=sqs(AWSTraceHeader=HEADER)) as generation,
    ):
        with generation.stage("denoise"):
            clock.advance(2)
        headers = monitor.trace_headers(generation)
        assert generation.trace_id == ROOT
    sent = segment(daemon)
    assert (sent["trace_id"], sent["parent_id"]) == (ROOT, "53995c3f42cd8ad8")
    assert (sent["start_time"], sent["end_time"]) == (1_767_700_800, 1_767_700_802)
    assert sent["annotations"] == {"environment": "test", "model": "sdxl", "request_id": "m", "steps": 30}
    assert [(one["name"], one["end_time"] - one["start_time"]) for one in sent["subsegments"]] == [("denoise", 2)]
    assert headers["AWSTraceHeader"] == f"Root={ROOT};Parent={sent['id']};Sampled=1"
    assert sink.events[0]["trace_id"] == ROOT


def test_failed_generation_is_a_fault_and_a_rejected_one_an_error(daemon: socket.socket) -> None:
    with recording(tracing="xray") as (monitor, _):
        for error in ("timeout", "safety"):
            with monitor.generation("sdxl", message=sqs(AWSTraceHeader=HEADER)) as generation:
                generation.error(error)
    fault, error = segment(daemon), segment(daemon)
    assert (fault["fault"], fault["annotations"]["error_class"]) == (True, "timeout")
    assert error["error"] is True
    assert "fault" not in error


def test_sender_that_did_not_sample_is_obeyed(daemon: socket.socket) -> None:
    daemon.settimeout(0.2)
    with recording(tracing="xray") as (monitor, sink):
        message = sqs(AWSTraceHeader=f"Root={ROOT};Sampled=0")
        with monitor.generation("sdxl", message=message):
            pass
    with pytest.raises(TimeoutError):
        daemon.recv(65536)
    assert sink.events[0]["trace_id"] == ROOT


def test_segments_of_a_library_that_the_sdk_patches_lie_under_the_generation(daemon: socket.socket) -> None:
    from aws_xray_sdk.core import xray_recorder

    xray_recorder.configure(context_missing="RUNTIME_ERROR")
    with recording(tracing="xray") as (monitor, _):
        with monitor.generation("sdxl", message=sqs(AWSTraceHeader=HEADER)):
            xray_recorder.begin_subsegment("s3")
            xray_recorder.end_subsegment()
        assert not getattr(xray_recorder.context._local, "entities", None)
    assert [one["name"] for one in segment(daemon)["subsegments"]] == ["s3"]


def test_batch_names_the_other_requests_traces(daemon: socket.socket) -> None:
    headers = [HEADER.replace("793;", f"79{number};") for number in range(2)]
    with recording(tracing="xray") as (monitor, _):
        generations = [monitor.generation("sdxl", message=sqs(AWSTraceHeader=one)) for one in headers]
        with monitor.batch(generations):
            pass
    sent = {one["trace_id"][-1]: one for one in (segment(daemon), segment(daemon))}
    assert sent["0"]["metadata"]["diffusionwatch"]["batched_with"] == [ROOT[:-1] + "1"]


def test_opentelemetry_span_continues_the_message_links_the_batch_and_names_the_stages() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with recording() as (monitor, sink):
        backend = OpenTelemetryTracing(SystemClock())
        backend._tracer = provider.get_tracer("test")
        monitor._tracing = monitor._digest._tracing = backend
        messages = [sqs(AWSTraceHeader=HEADER), {"MessageAttributes": {"traceparent": {"StringValue": TRACEPARENT}}}]
        with monitor.batch([monitor.generation("sdxl", message=message) for message in messages]) as batch:
            with batch.stage("denoise"):
                pass
            first, second = batch
            second.error("oom")
            assert monitor.trace_headers(first)["traceparent"].startswith("00-5759e988bd862e3fe1be46a994272793-")
    spans = [span for span in exporter.get_finished_spans() if span.name == "generation"]
    stages = [span for span in exporter.get_finished_spans() if span.name == "denoise"]
    assert len(spans) == len(stages) == 2
    for span in spans:
        assert span.kind is SpanKind.SERVER
        assert span.parent is not None
        assert f"{span.parent.span_id:016x}" == "53995c3f42cd8ad8"
        assert len(span.links) == 1
        assert span.attributes is not None
        indexed = span.attributes["aws.xray.annotations"]
        assert isinstance(indexed, tuple)
        assert [span.attributes[str(name)] for name in indexed] == ["test", "sdxl"]
    assert sorted(span.status.is_ok for span in spans) == [False, True]
    assert {event.get("trace_id") for event in sink.events if "request_id" in event or "trace_id" in event} == {ROOT}


def test_without_a_backend_there_is_one_log_line_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module in ("diffusionwatch.tracing.xray", "diffusionwatch.tracing.otel"):
        monkeypatch.setitem(__import__("sys").modules, module, None)
    with caplog.at_level(logging.WARNING):
        assert tracing.backend("auto", "image-api", SystemClock()) is None
    assert [one.message for one in caplog.records] == [
        "generations are not traced: install diffusionwatch[xray] or diffusionwatch[otel]"
    ]


def test_backend_that_fails_hurts_no_request() -> None:
    class Broken:
        def begin(self, generation: Any) -> None:
            raise RuntimeError

        def stop(self) -> None: ...

    with recording() as (monitor, sink):
        monitor._tracing = Broken()  # type: ignore[assignment]
        with monitor.generation("sdxl"):
            pass
    assert sink.total("RequestsCompleted") == 1
