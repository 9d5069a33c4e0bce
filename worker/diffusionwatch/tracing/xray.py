"""Traces by aws-xray-sdk: a segment a generation, a subsegment a stage, sent from the background thread.

Where the application uses the SDK itself (``patch_all()`` and the like), the generation's segment is the SDK's current
one within the block, so that the subsegments of a patched library lie under it.
"""

from __future__ import annotations

import sys
from typing import Any

from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from aws_xray_sdk.core.models.segment import Segment
from aws_xray_sdk.core.models.subsegment import Subsegment
from aws_xray_sdk.core.models.traceid import TraceId
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler

from diffusionwatch.catalog import REJECTIONS
from diffusionwatch.clock import Clock
from diffusionwatch.generation import Generation
from diffusionwatch.tracing.propagation import parent_of, traceparent, xray_header

ANNOTATIONS = ("model", "request_id", "steps", "width", "height", "error_class")
"""What X-Ray indexes of a generation (it takes 50 a trace), beside the environment, by which its groups tell apart
the environments of one account."""


class XRayTrace:
    """A segment that is not sent yet."""

    __slots__ = ("_outer", "_recorder", "segment", "trace_id")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.trace_id: str = segment.trace_id
        self._recorder = getattr(sys.modules.get("aws_xray_sdk.core"), "xray_recorder", None)
        if self._recorder is not None:
            entities = getattr(self._recorder.context._local, "entities", None)
            self._outer = list(entities or ())
            self._recorder.context.put_segment(segment)

    def leave(self) -> None:
        if self._recorder is not None:
            self._recorder.context._local.entities = self._outer


class XRayTracing:
    """The backend ``xray``. The daemon's address is ``AWS_XRAY_DAEMON_ADDRESS``, as everywhere with X-Ray."""

    def __init__(self, service: str, clock: Clock) -> None:
        self._service, self._clock = service, clock
        self._emitter = UDPEmitter()
        self._sampler = LocalSampler()  # one a second and 5 %, as X-Ray's default rule

    def begin(self, generation: Generation) -> XRayTrace:
        extras = generation._extra()
        parent = parent_of(extras.carrier)
        sampled = parent.sampled if parent is not None else None
        if sampled is None:
            sampled = bool(self._sampler.should_trace())
        segment = Segment(
            self._service,
            traceid=parent.trace_id if parent else self._new_trace_id(),
            parent_id=parent.parent_id if parent else None,
            sampled=sampled,
        )
        if linked := [found.trace_id for carrier in extras.links if (found := parent_of(carrier))]:
            segment.put_metadata("batched_with", linked, "diffusionwatch")  # X-Ray has no links of its own
        return XRayTrace(segment)

    def finish(self, generation: Generation, completed_ns: int) -> None:
        trace = generation.trace
        assert isinstance(trace, XRayTrace)
        segment = trace.segment
        if not segment.sampled:
            return

        def moment(monotonic_ns: int) -> float:
            return (completed_ns - (generation._ended - monotonic_ns)) / 1e9

        segment.start_time = moment(generation._started - generation._extra().lead_ns)
        segment.put_annotation("environment", generation._monitor.settings.environment)
        for name in ANNOTATIONS:
            value = getattr(generation, name)
            if isinstance(value, (str, int, float)):
                segment.put_annotation(name, value)
        _mark(segment, generation.error_class)
        for stage in generation._extra().stages:
            subsegment = Subsegment(stage.name, "local", segment)
            subsegment.start_time = moment(stage.started.ns)
            if stage.failed:
                _mark(subsegment, generation.error_class)
            segment.add_subsegment(subsegment)
            subsegment.close(moment(stage.ended.ns))
        segment.close(completed_ns / 1e9)
        self._emitter.send_entity(segment)

    def inject(self, generation: Generation) -> dict[str, str]:
        trace = generation.trace
        assert isinstance(trace, XRayTrace)
        named = (trace.trace_id, trace.segment.id, bool(trace.segment.sampled))
        return {"traceparent": traceparent(*named), "AWSTraceHeader": xray_header(*named)}

    def _new_trace_id(self) -> str:
        # X-Ray reads the first eight digits as the time of the trace, so they follow the clock that we follow.
        fresh = TraceId()
        fresh.start_time = self._clock.time_ns() // 1_000_000_000
        return str(fresh.to_id())


def _mark(entity: Any, error_class: str | None) -> None:
    if error_class in REJECTIONS:
        entity.add_error_flag()
    elif error_class is not None:
        entity.add_fault_flag()
