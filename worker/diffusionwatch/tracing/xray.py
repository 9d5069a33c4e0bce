"""Traces by aws-xray-sdk: a segment a generation, a subsegment a stage, sent from the background thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from aws_xray_sdk.core.models.segment import Segment
from aws_xray_sdk.core.models.subsegment import Subsegment
from aws_xray_sdk.core.models.traceid import TraceId
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler

from diffusionwatch.clock import Clock
from diffusionwatch.generation import Generation
from diffusionwatch.tracing.propagation import parent_of, traceparent, xray_header

ANNOTATIONS = ("steps", "width", "height", "request_id")
"""What becomes annotations, which X-Ray indexes (50 a trace); the others become metadata."""


class XRayTrace:
    """A segment that is not sent yet."""

    __slots__ = ("segment", "trace_id")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.trace_id: str = segment.trace_id

    def leave(self) -> None:
        pass


class XRayTracing:
    """The backend ``xray``. The daemon's address is ``AWS_XRAY_DAEMON_ADDRESS``, as everywhere with X-Ray."""

    def __init__(self, service: str, clock: Clock) -> None:
        self._service, self._clock = service, clock
        self._emitter = UDPEmitter()
        self._sampler = LocalSampler()  # one a second and 5 %, as X-Ray's default rule

    def begin(self, generation: Generation, carrier: Mapping[str, str]) -> XRayTrace | None:
        parent = parent_of(carrier)
        sampled = parent.sampled if parent is not None else None
        if sampled is None:
            sampled = bool(self._sampler.should_trace())
        segment = Segment(
            self._service,
            traceid=parent.trace_id if parent else self._new_trace_id(),
            parent_id=parent.parent_id if parent else None,
            sampled=sampled,
        )
        return XRayTrace(segment)

    def finish(self, generation: Generation, completed_ns: int) -> None:
        trace = generation.trace
        assert isinstance(trace, XRayTrace)
        segment = trace.segment
        if not segment.sampled:
            return
        end = completed_ns / 1e9

        def moment(monotonic_ns: int) -> float:
            return end - (generation._ended - monotonic_ns) / 1e9

        segment.start_time = moment(generation._started)
        segment.put_annotation("model", str(generation.model))
        for name in ANNOTATIONS:
            value = getattr(generation, name)
            if isinstance(value, (str, int, float)):
                segment.put_annotation(name, value)
        if generation.error_class is not None:
            _mark(segment, generation.error_class)
        for stage in generation._stages or ():
            subsegment = Subsegment(stage.name, "local", segment)
            subsegment.start_time = moment(stage.started.ns)
            if stage.failed and generation.error_class is not None:
                _mark(subsegment, generation.error_class)
            segment.add_subsegment(subsegment)
            subsegment.close(moment(stage.ended.ns))
        segment.close(end)
        self._emitter.send_entity(segment)

    def inject(self, generation: Generation) -> dict[str, str]:
        trace = generation.trace
        assert isinstance(trace, XRayTrace)
        found = (trace.trace_id, trace.segment.id, bool(trace.segment.sampled))
        return {"traceparent": traceparent(*found), "AWSTraceHeader": xray_header(*found)}

    def _new_trace_id(self) -> str:
        # X-Ray reads the first eight digits as the time of the trace, so they follow the clock that we follow.
        fresh = TraceId()
        fresh.start_time = int(self._clock.time_ns() // 1_000_000_000)
        return str(fresh.to_id())


def _mark(entity: Any, error_class: str) -> None:
    from diffusionwatch.catalog import REJECTIONS

    entity.put_annotation("error_class", error_class) if isinstance(entity, Segment) else None
    entity.add_error_flag() if error_class in REJECTIONS else entity.add_fault_flag()
