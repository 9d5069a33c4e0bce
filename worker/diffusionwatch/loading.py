"""The loading of a model."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from diffusionwatch.records import Event

if TYPE_CHECKING:
    from diffusionwatch.monitor import GenerationMonitor


class Loading:
    """Times the loading of a model; made by ``GenerationMonitor.loading``. A load that failed is no metric."""

    def __init__(self, monitor: GenerationMonitor, model: str | None) -> None:
        self._monitor, self._model = monitor, model

    def __enter__(self) -> Loading:
        self._started = self._monitor._monotonic_ns()
        self._monitor._loading += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        monitor = self._monitor
        monitor._loading -= 1
        if exception is None:
            milliseconds = (monitor._monotonic_ns() - self._started) // 1000 / 1000
            monitor.record(Event(monitor.clock.time_ns() // 1_000_000, {"ModelLoad": milliseconds}, self._model))
