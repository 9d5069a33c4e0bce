"""One GPU call that serves several requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from diffusionwatch.generation import Generation
from diffusionwatch.stage import Moment, Stage, gpu_event

if TYPE_CHECKING:
    from diffusionwatch.monitor import GenerationMonitor


class Batch:
    """Requests that run together; made by ``GenerationMonitor.batch``.

    Each request keeps its own latency, images, errors and trace. What happens to the batch (stages, steps, an
    exception) happens to all of them, but an error that one of them was given before stays its own.
    """

    def __init__(self, monitor: GenerationMonitor, generations: Sequence[Generation]) -> None:
        self._monitor = monitor
        self._generations = list(generations)

    def __enter__(self) -> Batch:
        carriers = [g._extras.carrier if g._extras is not None else {} for g in self._generations]
        for position, generation in enumerate(self._generations):
            generation.property("batch_size", len(self._generations))
            generation._extra().links = [c for other, c in enumerate(carriers) if other != position and c]
            generation.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for generation in reversed(self._generations):
            generation.__exit__(kind, exception, traceback)

    async def __aenter__(self) -> Batch:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, exception, traceback)

    def __iter__(self) -> Iterator[Generation]:
        return iter(self._generations)

    def __len__(self) -> int:
        return len(self._generations)

    def stage(self, name: str) -> Stage:
        """Times a part of the call, for all its requests."""
        return Stage(self, name)

    def on_step_end(self, pipeline: Any, step: int, timestep: Any, callback_kwargs: dict[str, Any]) -> dict[str, Any]:
        """For ``callback_on_step_end`` of a diffusers pipeline."""
        moment = self._moment()
        for generation in self._generations:
            generation._extra().steps.append(moment)
        return callback_kwargs

    def _moment(self) -> Moment:
        return Moment(self._monitor._monotonic_ns(), gpu_event())

    def _passed(self, stage: Stage) -> None:
        for generation in self._generations:
            generation._passed(stage)
