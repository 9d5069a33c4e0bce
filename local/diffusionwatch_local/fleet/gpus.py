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
from diffusionwatch_local.agent import GpuSample, HostSample
from diffusionwatch_local.fleet.own_gpu import WEIGHTS_MIB
from diffusionwatch_local.gpu import GpuModel, NvidiaSmi, SmiFailed, parse

CPU = {"usage_active": 25.0, "usage_iowait": 0.5}  # one of four cores, as on a g6e.xlarge


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


class _Instance:
    """One instance: its GPU, the command that shows it, and how busy it is."""

    def __init__(self, board: str, now: float) -> None:
        self.meter, self.gpu = _Meter(now), GpuModel(board)
        self.smi = NvidiaSmi([self.gpu])


class FleetGpus:
    """One simulated GPU for each instance; read through the stand-in of `nvidia-smi`, as the agent reads a real one.

    `samples` and `hosts` are what an agent's `gpus` and `hosts` ask: a host goes on when its driver is gone.
    """

    def __init__(self, clock: Clock, *, group: str, instance_type: str) -> None:
        self._clock, self._group, self._type = clock, group, instance_type
        self._board = instance(instance_type).gpu
        self._held: dict[str, _Instance] = {}
        self._lock = threading.Lock()

    def follow(self, instances: Iterable[str]) -> None:
        """These instances run now; others have gone, and their GPUs with them."""
        wanted = list(instances)
        with self._lock:
            now = self._clock.time()
            kept = {name: held for name, held in self._held.items() if name in wanted}
            fresh = {name: _Instance(self._board, now) for name in wanted if name not in kept}
            self._held = kept | fresh

    def set(self, instance_id: str, busy: bool) -> None:
        """Kernels run on this instance's GPU from now on, or do not."""
        with self._lock:
            if instance_id in self._held:
                self._held[instance_id].meter.turn(busy, self._clock.time())

    def lose_driver(self, instance_id: str | None = None) -> None:
        """From now on `nvidia-smi` fails on this instance, or on all of them."""
        self._drivers(instance_id, present=False)

    def restore_driver(self, instance_id: str | None = None) -> None:
        """`nvidia-smi` works again."""
        self._drivers(instance_id, present=True)

    def _drivers(self, instance_id: str | None, *, present: bool) -> None:
        with self._lock:
            for name, held in self._held.items():
                if instance_id in (None, name):
                    held.smi.driver_present = present

    def hosts(self) -> list[HostSample]:
        """The CPU of each instance, whatever its GPU does: a worker keeps one core busy while it feeds the GPU."""
        with self._lock:
            return [HostSample(name, self._group, self._type, "cpu", CPU, {"cpu": "cpu-total"}) for name in self._held]

    def samples(self) -> list[GpuSample]:
        """What `nvidia-smi` shows on each instance now; one whose driver fails shows nothing."""
        with self._lock:
            now = self._clock.time()
            return [sample for name, held in self._held.items() for sample in self._sample(name, held, now)]

    def _sample(self, name: str, held: _Instance, now: float) -> list[GpuSample]:
        held.gpu.step(now, busy=held.meter.read(now), memory_mib=WEIGHTS_MIB)
        try:
            shown = parse(held.smi.query(at=now))
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
