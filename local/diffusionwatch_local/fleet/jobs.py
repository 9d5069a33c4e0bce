"""What a client asks for: one image job, and how it travels as a queue message.

>>> job = Job(id="r-1", model="sdxl", prompt="a lighthouse", steps=30, width=1024, height=1024, seed=7)
>>> Job.from_message(job.to_message()) == job
True
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass

PROMPTS: tuple[str, ...] = (
    "a lighthouse in fog, woodcut",
    "isometric greenhouse at night",
    "portrait of an astronaut, oil on canvas",
    "product photo of a ceramic teapot",
    "aerial view of terraced fields",
)


@dataclass(frozen=True)
class Model:
    """How long a diffusion model takes on the demo's GPU, in seconds of the common clock."""

    name: str
    steps: int
    side: int
    encode: float
    step: float
    decode: float
    memory_mb: float


# Seconds near those of an A10G at half precision with a distilled sampler. Three workers then carry about twice the
# demo's traffic at 60 times the speed, when a step lasts a few milliseconds of the wall and the queue's round trips
# count a second each.
MODELS: dict[str, Model] = {
    "sdxl": Model("sdxl", steps=20, side=1024, encode=0.3, step=0.18, decode=0.5, memory_mb=11_200.0),
    "flux": Model("flux", steps=12, side=1024, encode=0.5, step=0.40, decode=0.6, memory_mb=19_800.0),
}
SHARE_OF_FLUX = 0.3


@dataclass(frozen=True)
class Job:
    """One request for an image."""

    id: str
    model: str
    prompt: str
    steps: int
    width: int
    height: int
    seed: int

    def to_message(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_message(cls, body: str) -> Job:
        return cls(**json.loads(body))


def random_job(number: int, choice: random.Random) -> Job:
    """The job with a running number; models and seeds are drawn from ``choice``."""
    model = MODELS["flux" if choice.random() < SHARE_OF_FLUX else "sdxl"]
    return Job(
        id=f"r-{number:06d}",
        model=model.name,
        prompt=choice.choice(PROMPTS),
        steps=model.steps,
        width=model.side,
        height=model.side,
        seed=choice.randrange(2**31),
    )
