"""A real diffusers pipeline with a small, randomly initialised model, on CPU or GPU; nothing is downloaded.

    python examples/diffusers_pipeline.py

Needs ``pip install diffusionwatch torch diffusers``. Prints the event of the generation.
"""

from __future__ import annotations

import json

import torch
from diffusers import DDIMScheduler, DDPMPipeline, UNet2DModel

from diffusionwatch import Generation, current
from diffusionwatch.testing import recording


class StepCallback(DDPMPipeline):
    """DDPMPipeline has no ``callback_on_step_end``; the larger pipelines do, and need no class like this."""

    def progress_bar(self, iterable):  # type: ignore[no-untyped-def]
        for step, timestep in enumerate(iterable):
            yield timestep
            generation = current()
            if generation is not None:
                generation.on_step_end(self, step, timestep, {})


def small_pipeline() -> DDPMPipeline:
    """A U-Net of some hundred thousand parameters for images of 32 by 32."""
    torch.manual_seed(0)
    unet = UNet2DModel(
        sample_size=32,
        in_channels=3,
        out_channels=3,
        layers_per_block=1,
        block_out_channels=(32, 64),
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    )
    return StepCallback(unet, DDIMScheduler()).to("cuda" if torch.cuda.is_available() else "cpu")


def generate(pipeline: DDPMPipeline, generation: Generation, steps: int) -> int:
    with generation.stage("denoise"):
        images = pipeline(batch_size=1, num_inference_steps=steps).images
    return len(images)


def main(steps: int = 4) -> dict[str, object]:
    # With an agent: monitor = GenerationMonitor.from_env()
    with recording() as (monitor, sink):
        with monitor.loading("small-unet"):
            pipeline = small_pipeline()
        with monitor.generation("small-unet", steps=steps, width=32, height=32) as generation:
            generation.images = generate(pipeline, generation, steps)
    return next(event for event in sink.events if "GenerationLatency" in event)


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))
