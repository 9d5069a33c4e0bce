"""A diffusion pipeline that sleeps: called as diffusers' pipelines are, with no GPU and no weights.

`callback_on_step_end(pipeline, step, timestep, kwargs)` is called after each sampling step and returns the kwargs, as
diffusers documents it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from diffusionwatch.clock import Clock
from diffusionwatch_local.fleet.jobs import Model

StepCallback = Callable[[Any, int, int, dict[str, Any]], dict[str, Any]]
JITTER = 0.15  # steps on one GPU differ by clocks and other processes


@dataclass
class Conditions:
    """What is wrong at the moment; the incidents set it from outside."""

    store_failures: float = 0.0
    """Share of uploads that the object store refuses, 0 to 1: evenly, so that the rate is the same in each period."""
    running: threading.Event = field(default_factory=threading.Event)
    """Clear while the driver hangs: a step that has begun then does not end."""

    def __post_init__(self) -> None:
        self.running.set()
        self._due = 0.0

    def store_refuses(self) -> bool:
        """Whether this upload is one of those that fail."""
        self._due += self.store_failures
        if self._due < 1:
            return False
        self._due -= 1
        return True


class StoreUnavailableError(ConnectionError):
    """The object store refused the upload."""


class SleepingPipeline:
    """Takes a model's time for each part of a generation, on the common clock.

    ``gpu`` is told when kernels run and when they do not.
    """

    def __init__(self, model: Model, clock: Clock, conditions: Conditions, gpu: Callable[[bool], None]) -> None:
        self.model, self.clock, self.conditions, self.gpu = model, clock, conditions, gpu

    def encode(self, prompt: str) -> str:
        self.gpu(True)
        self.clock.sleep(self.model.encode)
        return prompt

    def denoise(self, embedding: str, num_inference_steps: int, seed: int, callback_on_step_end: StepCallback) -> str:
        del embedding
        choice = random.Random(seed)
        for step in range(num_inference_steps):
            if not self.conditions.running.is_set():
                self.gpu(False)  # a hung driver call keeps no multiprocessor busy
                self.conditions.running.wait()
                self.gpu(True)
            self.clock.sleep(self.model.step * choice.uniform(1 - JITTER, 1 + JITTER))
            callback_on_step_end(self, step, num_inference_steps - step, {"latents": step})
        return f"latents-{seed}"

    def decode(self, latents: str) -> list[str]:
        self.clock.sleep(self.model.decode)
        self.gpu(False)
        return [latents]

    def upload(self, images: list[str]) -> None:
        """Raises StoreUnavailableError for the share of uploads that fails at the moment."""
        self.clock.sleep(0.2)
        if self.conditions.store_refuses():
            raise StoreUnavailableError(f"object store refused {len(images)} image(s): connection reset by peer")
