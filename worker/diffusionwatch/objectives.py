"""How long a generation may take, by its model, steps and pixels.

>>> objectives = Objectives.parse("sdxl=2+0.15,*=10+0.5")
>>> objectives.milliseconds("sdxl", steps=30, pixels=1024 * 1024)
6718.592
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Objective:
    """``seconds`` for the request itself, and ``seconds_per_step`` for each sampling step of a million pixels."""

    seconds: float
    seconds_per_step: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.seconds < math.inf and 0 <= self.seconds_per_step < math.inf):
            raise ValueError(f"an objective has seconds above 0, and none or some a step, not {self}")

    def milliseconds(self, steps: float, pixels: float) -> float:
        return 1000 * self.seconds + self.seconds_per_step * steps * pixels / 1000


DEFAULT = Objective(seconds=10, seconds_per_step=0.5)
"""Twice what SDXL needs on an L4, the slowest GPU that people serve it from: slower than this, something is wrong."""


@dataclass(frozen=True)
class Objectives:
    """The objective of each model, and one for the others."""

    by_model: Mapping[str, Objective] = field(default_factory=dict)
    other: Objective = DEFAULT

    def milliseconds(self, model: str | None, steps: float, pixels: float) -> float:
        """The objective of one request; steps and pixels are 0 where the request does not say."""
        return self.by_model.get(model or "", self.other).milliseconds(steps, pixels)

    @cached_property
    def shortest(self) -> float:
        """Milliseconds within which no request can be slow; a float, which compares faster with others."""
        return 1000.0 * min(objective.seconds for objective in (*self.by_model.values(), self.other))

    @classmethod
    def parse(cls, text: str) -> Objectives:
        """Reads ``MODEL=SECONDS[+SECONDS_PER_STEP]``, separated by commas; the model ``*`` stands for the others."""
        by_model: dict[str, Objective] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            model, _, figures = part.partition("=")
            seconds, _, per_step = figures.partition("+")
            try:
                by_model[model.strip()] = Objective(float(seconds), float(per_step or 0))
            except ValueError:
                raise ValueError(
                    "an objective is MODEL=SECONDS[+SECONDS_PER_STEP] with seconds above 0, such as sdxl=2+0.15, "
                    f"not {part!r}"
                ) from None
        other = by_model.pop("*", DEFAULT)
        return cls(by_model, other)
