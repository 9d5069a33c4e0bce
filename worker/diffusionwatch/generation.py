"""Recording one generation. All that happens on the caller's thread is in this module.

A generation takes two clock readings on entry and exit, and is then itself the record: it is appended to the
monitor's queue, and everything else is done by the background thread.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Any

from diffusionwatch.catalog import STAGES
from diffusionwatch.moments import Moment, gpu_event

if TYPE_CHECKING:
    from diffusionwatch.batch import Batch
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

    # What every generation has is a slot; what few have is a default here, and lives in __dict__ once it is set.
    __slots__ = (
        "__dict__",
        "_ended",
        "_monitor",
        "_previous",
        "_started",
        "height",
        "images",
        "model",
        "properties",
        "request_id",
        "steps",
        "width",
    )

    images: int
    """How many images were returned. Set it within the block."""
    properties: dict[str, Any]
    """What the event carries besides metrics: searchable, free of charge by number."""

    error_class: str | None = None
    queue_wait_ms: float | None = None
    trace: Trace | None = None
    _carrier: dict[str, str] | None = None
    _stages: list[Stage] | None = None
    _steps: list[Moment] | None = None
    _lead_ns: int = 0

    def __init__(
        self,
        monitor: GenerationMonitor,
        model: str | None,
        request_id: str | None,
        steps: int | None,
        width: int | None,
        height: int | None,
        properties: dict[str, Any],
    ) -> None:
        self._monitor = monitor
        self.model = model
        self.request_id = request_id
        self.steps = steps
        self.width = width
        self.height = height
        self.properties = properties
        self.images = 0

    @property
    def trace_id(self) -> str | None:
        """The trace of this generation, as X-Ray writes it; None when it is not traced."""
        return self.trace.trace_id if self.trace is not None else None

    def __enter__(self) -> Generation:
        monitor = self._monitor
        self._previous: Token[Generation | None] = _current.set(self)
        self._started = monitor._in_flight[self] = monitor._monotonic_ns()
        if monitor._tracing is not None:
            monitor._begin_trace(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        monitor = self._monitor
        self._ended: int = monitor._monotonic_ns()
        if exception is not None:
            monitor._failed(self, exception)
        try:  # noqa: SIM105 - a context manager would cost more than all of this
            _current.reset(self._previous)
        except ValueError:
            pass  # left in another context than entered, as asynchronous generators do
        if monitor._in_flight.pop(self, None) is not None:  # else it was recorded before, as interrupted
            queue = monitor._queue
            queue.append(self)
            if len(queue) > monitor._pressure_at:
                monitor._pressure()
        if monitor._tracing is not None:
            monitor._leave_trace(self)

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

    def _passed(self, stage: Stage) -> None:
        if self._stages is None:
            self._stages = []
        self._stages.append(stage)

    def on_step_end(self, pipeline: Any, step: int, timestep: Any, callback_kwargs: dict[str, Any]) -> dict[str, Any]:
        """For ``callback_on_step_end`` of a diffusers pipeline: notes the time, and hands back what it was given."""
        self.on_step()
        return callback_kwargs

    def on_step(self) -> None:
        """Notes that a sampling step has ended."""
        if self._steps is None:
            self._steps = []
        self._steps.append(Moment(self._monitor._monotonic_ns(), gpu_event()))

    def error(self, error_class: str) -> None:
        """Marks the generation as failed without an exception: one of ``catalog.FAULTS`` or ``catalog.REJECTIONS``."""
        self.error_class = error_class

    def property(self, name: str, value: Any) -> None:
        """Adds something to search for: a seed, a scheduler, a LoRA."""
        self.properties[name] = value


class Stage:
    """The time of one part of a generation; made by ``Generation.stage``."""

    __slots__ = ("_of", "ended", "failed", "name", "started")

    def __init__(self, of: Generation | Batch, name: str) -> None:
        self._of = of
        self.name = name

    def __enter__(self) -> Stage:
        self.started = Moment(self._of._monitor._monotonic_ns(), gpu_event())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.ended = Moment(self._of._monitor._monotonic_ns(), gpu_event())
        self.failed = exception is not None
        self._of._passed(self)

    async def __aenter__(self) -> Stage:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, exception, traceback)

    def milliseconds(self) -> float:
        return self.started.milliseconds_to(self.ended)
