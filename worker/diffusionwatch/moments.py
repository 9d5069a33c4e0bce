"""Moments within a generation: on the host's clock, and on the GPU's where there is one.

Kernels run after the call that launches them has returned, so the host's clock measures launches. A CUDA event is
recorded into the stream instead, which costs microseconds, and read later by the background thread; nothing here
ever waits for the GPU.
"""

from __future__ import annotations

import sys
from typing import Any


class Moment:
    """A point in time: nanoseconds of the host's monotonic clock, and a CUDA event, when PyTorch uses CUDA."""

    __slots__ = ("gpu", "ns")

    def __init__(self, ns: int, gpu: Any = None) -> None:
        self.ns = ns
        self.gpu = gpu

    def reached(self) -> bool:
        """Whether the GPU has come to this moment too."""
        return self.gpu is None or bool(self.gpu.query())

    def milliseconds_to(self, later: Moment) -> float:
        """Milliseconds to a later moment, by the GPU when it timed both."""
        if self.gpu is not None and later.gpu is not None:
            try:
                return round(float(self.gpu.elapsed_time(later.gpu)), 3)
            except Exception:
                pass  # moments of two devices, or not reached in time: the host's clock serves
        return (later.ns - self.ns) // 1000 / 1000


def gpu_event() -> Any:
    """A CUDA event at the end of what the current stream was given so far; None without PyTorch on CUDA.

    PyTorch is never imported here: a worker that uses it has done so.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    try:
        if not torch.cuda.is_initialized() or torch.cuda.is_current_stream_capturing():
            return None
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event
    except Exception:
        return None
