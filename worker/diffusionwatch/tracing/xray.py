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

from diffusionwatch.catalog import REJECTIONS
from diffusionwatch.clock import Clock
from diffusionwatch.generation import Generation
from diffusionwatch.tracing.propagation import parent_of, traceparent, xray_header
from diffusionwatch.tracing.sampling import Sampler

ANNOTATIONS = ("model", "request_id", "steps", "width", "height", "error_class")
"""What X-Ray indexes of a generation (it takes 50 a trace), beside the environment, by which its groups tell apart
the environments of one account."""


class XRayTrace:
    """A segment that is not sent yet."""

    __slots__ = ("_outer", "_recorder", "ours", "segment", "trace_id")

    def __init__(self, segment: Segment, ours: bool) -> None:
        self.segment, self.ours = segment, ours
        """``ours``: whether the worker decides if it is sampled, since the sender has not."""
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
        self._sampler = Sampler(service)

    def begin(self, generation: Generation) -> XRayTrace:
        extras = generation._extra()
        parent = parent_of(extras.carrier)
        told = parent.sampled if parent is not None else None
        segment = Segment(
            self._service,
            traceid=parent.trace_id if parent else self._new_trace_id(),
            parent_id=parent.parent_id if parent else None,
            sampled=self._sampler.decide() if told is None else told,
        )
        if linked := [found.trace_id for carrier in extras.links if (found := parent_of(carrier))]:
            segment.put_metadata("batched_with", linked, "diffusionwatch")  # X-Ray has no links of its own
        return XRayTrace(segment, told is None)

    def finish(self, generation: Generation, completed_ns: int) -> None:
        trace = generation.trace
        assert isinstance(trace, XRayTrace)
        segment = trace.segment
        self._sampler.start()
        if not segment.sampled:
            if not trace.ours or generation.error_class is None or generation.error_class in REJECTIONS:
                return
            # A fault is kept even so: it is what people look for. What was left out of it meanwhile stays out.
            segment.sampled = True
            segment.subsegments = [one for one in segment.subsegments if one.sampled]

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

    def stop(self) -> None:
        self._sampler.stop()

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
