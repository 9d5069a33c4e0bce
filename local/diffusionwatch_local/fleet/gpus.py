"""The GPUs of the fleet's instances: their load follows what the workers do.

>>> from diffusionwatch.clock import ManualClock
>>> clock = ManualClock(0.0)
>>> gpus = FleetGpus(clock, group="image-api-local", instance_type="g6e.xlarge")
>>> gpus.follow(["i-1"])
>>> gpus.set("i-1", True); clock.advance(30); gpus.set("i-1", False); clock.advance(30)
>>> gpus.samples()[0].readings["utilization_gpu"]
50.0
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from diffusionwatch.clock import Clock
from diffusionwatch_agent.instances import instance
from diffusionwatch_local.agent import GpuSample
from diffusionwatch_local.gpu import GpuModel, NvidiaSmi, SmiFailed, parse

WEIGHTS_MIB = 19_500.0  # both models stay loaded, as a worker of one GPU with 44 GiB would keep them


class _Meter:
    """How much of the time since the last reading one GPU was busy."""

    def __init__(self, now: float) -> None:
        self._since = self._turned = now
        self._busy, self._seconds = False, 0.0

    def turn(self, busy: bool, now: float) -> None:
        if self._busy:
            self._seconds += now - self._turned
        self._busy, self._turned = busy, now

    def read(self, now: float) -> float:
        self.turn(self._busy, now)
        share = self._seconds / (now - self._since) if now > self._since else float(self._busy)
        self._since, self._seconds = now, 0.0
        return share


class FleetGpus:
    """One simulated GPU for each instance; read through the stand-in of `nvidia-smi`, as the agent reads a real one."""

    def __init__(self, clock: Clock, *, group: str, instance_type: str) -> None:
        self._clock, self._group, self._type = clock, group, instance_type
        self._board = instance(instance_type).gpu
        self._held: dict[str, tuple[_Meter, GpuModel]] = {}
        self._lock = threading.Lock()

    def follow(self, instances: Iterable[str]) -> None:
        """These instances run now; others have gone, and their GPUs with them."""
        wanted = list(instances)
        with self._lock:
            now = self._clock.time()
            kept = {name: held for name, held in self._held.items() if name in wanted}
            fresh = {name: (_Meter(now), GpuModel(self._board)) for name in wanted if name not in kept}
            self._held = kept | fresh

    def set(self, instance_id: str, busy: bool) -> None:
        """Kernels run on this instance's GPU from now on, or do not."""
        with self._lock:
            if instance_id in self._held:
                self._held[instance_id][0].turn(busy, self._clock.time())

    def samples(self) -> list[GpuSample]:
        """What `nvidia-smi` shows on each instance now; one whose driver fails shows nothing."""
        with self._lock:
            now = self._clock.time()
            return [sample for name, held in self._held.items() for sample in self._sample(name, *held, now)]

    def _sample(self, name: str, meter: _Meter, gpu: GpuModel, now: float) -> list[GpuSample]:
        gpu.step(now, busy=meter.read(now), memory_mib=WEIGHTS_MIB)
        try:
            shown = parse(NvidiaSmi([gpu]).query(at=now))
        except SmiFailed:
            return []
        return [
            GpuSample(
                instance_id=name,
                auto_scaling_group=self._group,
                instance_type=self._type,
                index=tags["index"],
                name=tags["name"],
                arch=tags["arch"],
                readings=readings,
            )
            for tags, readings in shown
        ]
