"""Recording one generation: what happens on the caller's thread is here and in ``GenerationMonitor.generation``.

A generation is itself the record. It goes into the monitor's queue when it is entered, and is whole once its end is
noted; everything else is done by the background thread. Since it is in the queue once, and its end is one assignment,
nothing can come between (a signal, a thread, a fork) that would lose it or count it twice.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Any

from diffusionwatch import validity
from diffusionwatch.stage import Moment, Stage, gpu_event

if TYPE_CHECKING:
    from diffusionwatch.monitor import GenerationMonitor
    from diffusionwatch.tracing import Trace

_current: ContextVar[Generation | None] = ContextVar("diffusionwatch_generation", default=None)
_enter, _leave = _current.set, _current.reset

IN_WORK = -1
"""Stands for the end of a generation that has none yet; no clock shows it."""


def current() -> Generation | None:
    """The generation around the caller, across ``await`` and into tasks that were started within it.

    >>> current() is None
    True
    """
    return _current.get()


class Extras:
    """What not every generation has; made when the first of it comes."""

    __slots__ = ("carrier", "lead_ns", "links", "measured", "queue_wait_ms", "stages", "steps", "trace")

    def __init__(self) -> None:
        self.carrier: dict[str, str] = {}
        """Trace headers that came with the request."""
        self.links: list[dict[str, str]] = []
        """Those of the other requests of its batch."""
        self.lead_ns = 0
        """How long before the block was entered the request arrived."""
        self.measured: dict[str, float] = {}
        """Metrics of the GPU, added when the generation is described."""
        self.queue_wait_ms: float | None = None
        self.stages: list[Stage] = []
        self.steps: list[Moment] = []
        self.trace: Trace | None = None


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
        "_ended",
        "_extras",
        "_monitor",
        "_previous",
        "_properties",
        "_started",
        "error_class",
        "height",
        "images",
        "model",
        "request_id",
        "steps",
        "width",
    )

    # GenerationMonitor.generation fills these in: an __init__ in Python would cost as much as the rest of a generation.
    _monitor: GenerationMonitor
    model: str | None
    request_id: str | None
    steps: int | None
    width: int | None
    height: int | None
    images: int
    """How many images were returned. Set it within the block."""
    error_class: str | None
    """Why it failed; None as long as it has not."""
    _properties: dict[str, Any] | None
    _extras: Extras | None
    _previous: Token[Generation | None]
    _started: int
    _ended: int

    # Python looks up a clock that is called at once, "monitor._monotonic_ns()", four times as long as one with a name.

    def __enter__(self) -> Generation:
        monitor = self._monitor
        self._previous = _enter(self)
        self._ended = IN_WORK
        clock = monitor._monotonic_ns
        self._started = clock()
        queue = monitor._queue
        queue.append(self)
        if len(queue) > monitor._pressure_at:
            monitor._pressure()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        clock = self._monitor._monotonic_ns
        ended = clock()
        if exception is not None:
            self._monitor._failed(self, exception)
        try:  # noqa: SIM105 - a context manager would cost more than all of this
            _leave(self._previous)
        except Exception:
            pass  # left in another context than entered, as asynchronous generators do; or left twice
        self._previous = None  # type: ignore[assignment] # its memory serves the next generation
        self._ended = ended  # the last: from here on it is the background thread's

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
        self._extra().steps.append(self._moment())

    def error(self, error_class: str) -> None:
        """Marks the generation as failed without an exception: one of ``catalog.FAULTS`` or ``catalog.REJECTIONS``."""
        self.error_class = error_class

    @property
    def trace(self) -> Trace | None:
        return self._extras.trace if self._extras is not None else None

    @property
    def trace_id(self) -> str | None:
        """The trace of this generation, as X-Ray writes it; None when it is not traced."""
        trace = self.trace
        return trace.trace_id if trace is not None else None

    def property(self, name: str, value: Any) -> None:
        """Adds something to search for: a seed, a scheduler, a LoRA. Free of charge by number."""
        if self._properties is None:
            self._properties = {}
        self._properties[name if type(name) is str else validity.text(name)] = value

    def _extra(self) -> Extras:
        if self._extras is None:
            self._extras = Extras()
        return self._extras

    def _moment(self) -> Moment:
        return Moment(self._monitor._monotonic_ns(), gpu_event())

    def _passed(self, stage: Stage) -> None:
        self._extra().stages.append(stage)


class TracedGeneration(Generation):
    """A generation with a trace around it."""

    __slots__ = ()

    def __enter__(self) -> Generation:
        super().__enter__()
        self._monitor._begin_trace(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._monitor._leave_trace(self)
        super().__exit__(kind, exception, traceback)
