"""Traces: one small interface, two backends, none of them required."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from diffusionwatch.clock import Clock
    from diffusionwatch.generation import Generation

log = logging.getLogger("diffusionwatch")


class Trace(Protocol):
    """The trace of one generation."""

    trace_id: str
    """As X-Ray writes it: ``1-<8 hex>-<24 hex>``."""

    def leave(self) -> None:
        """The generation's block was left; on the caller's thread, so it must be short."""


class Tracing(Protocol):
    """A backend. ``begin`` runs on the caller's thread, ``finish`` on the background thread."""

    def begin(self, generation: Generation) -> Trace | None:
        """Starts a trace, or continues the one that came with the request (``traceparent``, ``AWSTraceHeader``)."""

    def finish(self, generation: Generation, completed_ns: int) -> None:
        """Sends the generation and its stages."""

    def inject(self, generation: Generation) -> dict[str, str]:
        """What to send along with a message, so that its receiver continues this trace."""

    def stop(self) -> None:
        """Ends what it has running, until the next ``finish``."""


def backend(name: str, service: str, clock: Clock) -> Tracing | None:
    """The backend called ``xray`` or ``otel``; ``auto`` takes the first that is installed, ``off`` none."""
    if name == "off":
        return None
    with contextlib.suppress(ImportError):
        if name in ("auto", "xray"):
            from diffusionwatch.tracing.xray import XRayTracing

            return XRayTracing(service, clock)
    with contextlib.suppress(ImportError):
        if name in ("auto", "otel"):
            from diffusionwatch.tracing.otel import OpenTelemetryTracing

            return OpenTelemetryTracing(clock)
    extras = " or ".join(f"diffusionwatch[{one}]" for one in (("xray", "otel") if name == "auto" else (name,)))
    log.warning("generations are not traced: install %s", extras)
    return None
