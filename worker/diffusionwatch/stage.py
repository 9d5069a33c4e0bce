"""Stages of a generation, and the moments between which they lie: on the host's clock, and on the GPU's.

Kernels run after the call that launches them has returned, so the host's clock measures launches. Where PyTorch uses
CUDA, an event is recorded into the stream as well, which costs microseconds, and read later by the background thread;
nothing here ever waits for the GPU.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Protocol

from diffusionwatch import validity
from diffusionwatch.catalog import STAGES


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


STAGE_METRICS: dict[str, str] = {name: stage for stage in STAGES for name in (stage, _snake(stage))}
"""``denoise`` and ``Denoise`` name the same stage."""


class Moment:
    """A point in time: nanoseconds of the host's monotonic clock, and a CUDA event where there is one."""

    __slots__ = ("gpu", "ns")

    def __init__(self, ns: int, gpu: Any = None) -> None:
        self.ns = ns
        self.gpu = gpu

    def reached(self) -> bool:
        """Whether the GPU has come to this moment too."""
        try:
            return self.gpu is None or bool(self.gpu.query())
        except Exception:
            return True  # a CUDA context that is broken answers nothing any more

    def milliseconds_to(self, later: Moment) -> float:
        """Milliseconds to a later moment, by the GPU when it timed both."""
        if self.gpu is not None and later.gpu is not None:
            try:
                return round(float(self.gpu.elapsed_time(later.gpu)), 3)
            except Exception:
                pass  # two devices, or not reached in time: the host's clock serves
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


class Staged(Protocol):
    """What a stage belongs to: a generation, or a batch of them."""

    def _moment(self) -> Moment: ...

    def _passed(self, stage: Stage) -> None: ...


class Stage:
    """The time of one part of a generation; made by ``Generation.stage``."""

    __slots__ = ("_of", "ended", "failed", "name", "started")

    def __init__(self, of: Staged, name: str) -> None:
        self._of = of
        self.name = name if type(name) is str else validity.text(name)

    def __enter__(self) -> Stage:
        self.started = self._of._moment()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.ended = self._of._moment()
        self.failed = exception is not None
        self._of._passed(self)

    async def __aenter__(self) -> Stage:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, exception, traceback)

    def milliseconds(self) -> float:
        """How long it took, to the microsecond."""
        return self.started.milliseconds_to(self.ended)
