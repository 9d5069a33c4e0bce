"""Recording one generation. All that happens on the caller's thread is in this module.

A generation takes two clock readings on entry and exit, and is then itself the record: it is appended to the
monitor's queue, and everything else is done by the background thread.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Any

from diffusionwatch.catalog import STAGES

if TYPE_CHECKING:
    from diffusionwatch.monitor import GenerationMonitor
    from diffusionwatch.tracing import Trace

_current: ContextVar[Generation | None] = ContextVar("diffusionwatch_generation", default=None)


def current() -> Generation | None:
    """The generation around the caller, across ``await`` and into tasks it started.

    >>> current() is None
    True
    """
    return _current.get()


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


STAGE_METRICS: dict[str, str] = {name: stage for stage in STAGES for name in (stage, _snake(stage))}
"""``denoise`` and ``Denoise`` name the same stage."""


class Generation:
    """One attempt to serve one request; made by ``GenerationMonitor.generation``.

    >>> from diffusionwatch.testing import recording
    >>> with recording() as (monitor, sink):
    ...     with monitor.generation(model="sdxl", steps=30) as generation:
    ...         with generation.stage("denoise"):
    ...             pass
    ...         generation.images = 2
    >>> sink.total("ImagesGenerated")
    2
    """

    __slots__ = (
        "_carrier",
        "_completed_ns",
        "_ended",
        "_monitor",
        "_previous",
        "_stages",
        "_started",
        "_steps",
        "error_class",
        "images",
        "model",
        "properties",
        "queue_wait_ms",
        "trace",
    )

    images: int
    """How many images were returned. Set it within the block."""
    properties: dict[str, Any]
    """What the event carries besides metrics: searchable, free of charge by number."""

    def __init__(self, monitor: GenerationMonitor, model: str | None, properties: dict[str, Any]) -> None:
        self._monitor = monitor
        self.model = model
        self.properties = properties
        self.images = 0
        self.error_class: str | None = None
        self.queue_wait_ms: float | None = None
        self.trace: Trace | None = None
        self._stages: list[Stage] | None = None
        self._steps: list[int] | None = None
        self._carrier: dict[str, str] | None = None
        self._started = 0

    @property
    def trace_id(self) -> str | None:
        """The trace of this generation, as X-Ray writes it; None when it is not traced."""
        return self.trace.trace_id if self.trace is not None else None

    def __enter__(self) -> Generation:
        monitor = self._monitor
        self._previous: Token[Generation | None] = _current.set(self)
        # A moment of arrival that the caller knows is already in _started, as nanoseconds before now.
        self._started += monitor._monotonic_ns()
        monitor._in_flight[self] = self._started
        if monitor._tracing is not None:
            monitor._begin_trace(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        monitor = self._monitor
        self._ended = monitor._monotonic_ns()
        self._completed_ns = monitor._time_ns()
        if exception is not None:
            monitor._failed(self, exception)
        try:
            _current.reset(self._previous)
        except ValueError:
            pass  # left in another context than entered, as asynchronous generators do
        if monitor._in_flight.pop(self, None) is not None:  # else it was already recorded, as interrupted
            queue = monitor._queue
            queue.append(self)
            if len(queue) > monitor._pressure_at:
                monitor._pressure()
        if self.trace is not None:
            self.trace.leave()

    async def __aenter__(self) -> Generation:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, exception, traceback)

    def stage(self, name: str) -> Stage:
        """Times a part of the generation: one of the catalogue's stages (``"denoise"``, ``"vae_decode"``, …).

        Any other name is traced, and its time becomes the property ``<name>_ms``.
        """
        return Stage(self, name)

    def on_step_end(self, pipeline: Any, step: int, timestep: Any, callback_kwargs: dict[str, Any]) -> dict[str, Any]:
        """For ``callback_on_step_end`` of a diffusers pipeline: notes the time, and hands back what it was given."""
        self.on_step()
        return callback_kwargs

    def on_step(self) -> None:
        """Notes that a sampling step has ended."""
        if self._steps is None:
            self._steps = []
        self._steps.append(self._monitor._monotonic_ns())

    def error(self, error_class: str) -> None:
        """Marks the generation as failed without an exception: one of ``catalog.FAULTS`` or ``catalog.REJECTIONS``."""
        self.error_class = error_class

    def property(self, name: str, value: Any) -> None:
        """Adds something to search for: a seed, a scheduler, a LoRA."""
        self.properties[name] = value


class Stage:
    """The time of one part of a generation; made by ``Generation.stage``."""

    __slots__ = ("_generation", "ended", "failed", "name", "started")

    def __init__(self, generation: Generation, name: str) -> None:
        self._generation = generation
        self.name = name
        self.failed = False

    def __enter__(self) -> Stage:
        self.started = self._generation._monitor._monotonic_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        generation = self._generation
        self.ended = generation._monitor._monotonic_ns()
        self.failed = exception is not None
        if generation._stages is None:
            generation._stages = []
        generation._stages.append(self)

    async def __aenter__(self) -> Stage:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, exception, traceback)
