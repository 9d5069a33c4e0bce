"""Traces by OpenTelemetry, through whatever tracer provider the application has set up."""

from __future__ import annotations

import random
from typing import Any

from opentelemetry import context, trace
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from diffusionwatch.clock import Clock
from diffusionwatch.generation import Generation
from diffusionwatch.tracing.propagation import Parent, parent_of, traceparent, xray_header

ANNOTATIONS = ("environment", "model")
"""Attributes that X-Ray shall index, under the names by which its groups look for them."""


class OpenTelemetryTrace:
    """A span that is not ended yet, made the current one of its context."""

    __slots__ = ("span", "token", "trace_id")

    def __init__(self, span: trace.Span) -> None:
        self.span = span
        self.token = context.attach(trace.set_span_in_context(span))
        digits = f"{span.get_span_context().trace_id:032x}"
        self.trace_id = f"1-{digits[:8]}-{digits[8:]}"

    def leave(self) -> None:
        context.detach(self.token)


class OpenTelemetryTracing:
    """The backend ``otel``. Its provider's sampler decides, once, at the start, unless the sender has decided."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tracer = trace.get_tracer("diffusionwatch")

    def begin(self, generation: Generation) -> OpenTelemetryTrace:
        extras = generation._extra()
        parent = parent_of(extras.carrier)
        links = [Link(_span_context(found)) for carrier in extras.links if (found := parent_of(carrier))]
        # Only spans of kind SERVER become X-Ray segments.
        span = self._tracer.start_span(
            "generation",
            context=trace.set_span_in_context(NonRecordingSpan(_span_context(parent))) if parent else None,
            kind=SpanKind.SERVER,
            links=links,
            start_time=self._clock.time_ns() - extras.lead_ns,
        )
        return OpenTelemetryTrace(span)

    def finish(self, generation: Generation, completed_ns: int) -> None:
        trace_ = generation.trace
        assert isinstance(trace_, OpenTelemetryTrace)
        span = trace_.span
        if span.is_recording():
            span.set_attribute("environment", generation._monitor.settings.environment)
            span.set_attribute("model", generation.model)
            span.set_attribute("aws.xray.annotations", ANNOTATIONS)
            for name in ("model", "request_id", "steps", "width", "height", "error_class"):
                value = getattr(generation, name)
                if isinstance(value, (str, int, float)):
                    span.set_attribute(f"diffusionwatch.{name}", value)
            if generation.error_class is not None:
                span.set_status(Status(StatusCode.ERROR, generation.error_class))
            within = trace.set_span_in_context(span)
            for stage in generation._extra().stages:
                child = self._tracer.start_span(
                    stage.name, context=within, start_time=completed_ns - (generation._ended - stage.started.ns)
                )
                if stage.failed:
                    child.set_status(Status(StatusCode.ERROR))
                child.end(completed_ns - (generation._ended - stage.ended.ns))
        span.end(completed_ns)

    def inject(self, generation: Generation) -> dict[str, str]:
        trace_: Any = generation.trace
        found = trace_.span.get_span_context()
        named = (trace_.trace_id, f"{found.span_id:016x}", bool(found.trace_flags & TraceFlags.SAMPLED))
        return {"traceparent": traceparent(*named), "AWSTraceHeader": xray_header(*named)}

    def stop(self) -> None:
        pass  # the provider is the application's


def _span_context(parent: Parent) -> SpanContext:
    return SpanContext(
        trace_id=int(parent.trace_id[2:10] + parent.trace_id[11:], 16),
        # X-Ray's header may name a trace without a parent; OpenTelemetry's context cannot.
        span_id=int(parent.parent_id, 16) if parent.parent_id else random.getrandbits(64) or 1,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.DEFAULT if parent.sampled is False else TraceFlags.SAMPLED),
    )
