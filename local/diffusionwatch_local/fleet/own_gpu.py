"""The GPU that one of the demo's workers has for itself, sampled by the worker's own library through NVML.

>>> from diffusionwatch.clock import ManualClock
>>> clock = ManualClock(0.0)
>>> gpu = OwnGpu("NVIDIA L40S")
>>> sampler = gpu.sampler(clock); sampler.open(); gpu.busy = True; gpu.set_fault("POWER_BRAKE")
>>> clock.advance(60); sampler.sample(); sampler.health()
{'GpusMissing': 0, 'GpusDegraded': 0, 'GpuThrottled': 100.0}
"""

from __future__ import annotations

from diffusionwatch.clock import Clock
from diffusionwatch.gpu import GpuSampler
from diffusionwatch_local.gpu import FakeNvml, Fault, GpuModel

WEIGHTS_MIB = 19_500.0
"""Both models stay loaded, as a worker of one GPU with 44 GiB would keep them."""
SAMPLE_SECONDS = 5.0
"""Of the common clock, which runs sixty times faster: a dozen samples a wall second, not two hundred."""


class OwnGpu:
    """A model of a GPU, as busy as its worker says."""

    def __init__(self, board: str) -> None:
        self.model = GpuModel(board)
        self.busy = False

    def set_fault(self, name: str) -> None:
        """Breaks the GPU in this way, by the name of a ``Fault``; an empty name repairs it."""
        self.model.mend()
        if name:
            self.model.inject(Fault[name])

    def sampler(self, clock: Clock) -> GpuSampler:
        """A sampler of it; the GPU moves on whenever it is looked at."""
        return _Sampler(clock, self)


class _Sampler(GpuSampler):
    def __init__(self, clock: Clock, gpu: OwnGpu) -> None:
        super().__init__(clock, FakeNvml([gpu.model]), seconds=SAMPLE_SECONDS)
        self._gpu = gpu

    def sample(self) -> None:
        self._gpu.model.step(self._clock.time(), busy=float(self._gpu.busy), memory_mib=WEIGHTS_MIB)
        super().sample()
