# ruff: noqa: N802 - the names are NVML's
"""NVML for GPUs that are not there: an object with the functions of the `pynvml` module that a sampler calls.

>>> gpu = GpuModel("NVIDIA L40S")
>>> gpu.step(0.0, busy=0.9, memory_mib=21_000)
>>> nvml = FakeNvml([gpu])
>>> nvml.nvmlInit()
>>> nvml.nvmlDeviceGetUtilizationRates(nvml.nvmlDeviceGetHandleByIndex(0)).gpu
90

Constants and exceptions are pynvml's own; a function that is missing here raises NVMLError_NotSupported, as NVML
does for what a board lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pynvml

from diffusionwatch_local.gpu.model import GpuModel, GpuReading
from diffusionwatch_local.gpu.nvidia_smi import DRIVER_VERSION

_MIB = 1 << 20


@dataclass
class _EventSet:
    seen: dict[int, int] = field(default_factory=dict)
    """How many of each registered GPU's Xids were handed out."""


class FakeNvml:
    """NVML over those models. With `driver_present` false every call fails as it does without a driver."""

    def __init__(self, gpus: Sequence[GpuModel]) -> None:
        self.gpus = tuple(gpus)
        self.driver_present = True
        self._initialized = 0

    def __getattr__(self, name: str) -> Any:
        value = getattr(pynvml, name)
        if name.startswith("nvml") and callable(value):
            return self._not_supported
        return value

    def nvmlInit(self) -> None:
        if not self.driver_present:
            raise pynvml.NVMLError_DriverNotLoaded
        self._initialized += 1

    def nvmlShutdown(self) -> None:
        self._present()
        self._initialized -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        self._present()
        return DRIVER_VERSION

    def nvmlDeviceGetCount(self) -> int:
        self._present()
        return sum(not gpu.reading().lost for gpu in self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> GpuModel:
        self._present()
        if not 0 <= index < len(self.gpus):
            raise pynvml.NVMLError_InvalidArgument
        self._reading(self.gpus[index])
        return self.gpus[index]

    def nvmlDeviceGetName(self, handle: GpuModel) -> str:
        self._reading(handle)
        return handle.board.name

    def nvmlDeviceGetUUID(self, handle: GpuModel) -> str:
        self._reading(handle)
        return handle.uuid

    def nvmlDeviceGetIndex(self, handle: GpuModel) -> int:
        self._reading(handle)
        return handle.index

    def nvmlDeviceGetUtilizationRates(self, handle: GpuModel) -> SimpleNamespace:
        reading = self._reading(handle)
        return SimpleNamespace(gpu=reading.utilization_gpu, memory=reading.utilization_memory)

    def nvmlDeviceGetMemoryInfo(self, handle: GpuModel, version: object = None) -> SimpleNamespace:
        r = self._reading(handle)
        info = SimpleNamespace(total=r.memory_total * _MIB, used=r.memory_used * _MIB, free=r.memory_free * _MIB)
        if version:
            info.reserved = 0
        return info

    def nvmlDeviceGetTemperatureV(self, handle: GpuModel, sensor: int, version: object = None) -> int:
        return self._reading(handle).temperature_gpu

    def nvmlDeviceGetTemperature(self, handle: GpuModel, sensor: int) -> int:
        return self._reading(handle).temperature_gpu

    def nvmlDeviceGetPowerUsage(self, handle: GpuModel) -> int:
        return round(self._reading(handle).power_draw * 1000)

    def nvmlDeviceGetEnforcedPowerLimit(self, handle: GpuModel) -> int:
        return round(self._reading(handle).power_limit * 1000)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: GpuModel) -> int:
        return round(self._reading(handle).energy_joules * 1000)

    def nvmlDeviceGetClockInfo(self, handle: GpuModel, kind: int) -> int:
        reading = self._reading(handle)
        return {
            pynvml.NVML_CLOCK_GRAPHICS: reading.clocks_current_graphics,
            pynvml.NVML_CLOCK_SM: reading.clocks_current_sm,
            pynvml.NVML_CLOCK_MEM: reading.clocks_current_memory,
            pynvml.NVML_CLOCK_VIDEO: reading.clocks_current_video,
        }[kind]

    def nvmlDeviceGetCurrentClocksEventReasons(self, handle: GpuModel) -> int:
        return self._reading(handle).clocks_event_reasons

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle: GpuModel) -> int:
        return self._reading(handle).clocks_event_reasons

    def nvmlDeviceGetTotalEccErrors(self, handle: GpuModel, kind: int, counter: int) -> int:
        reading = self._reading(handle)
        return reading.ecc_uncorrectable if kind == pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED else 0

    def nvmlDeviceGetRemappedRows(self, handle: GpuModel) -> tuple[int, int, int, int]:
        reading = self._reading(handle)
        return (0, reading.remapped_rows, 0, int(reading.row_remap_failure))

    def nvmlDeviceGetSupportedEventTypes(self, handle: GpuModel) -> int:
        self._reading(handle)
        return int(pynvml.nvmlEventTypeXidCriticalError)

    def nvmlEventSetCreate(self) -> _EventSet:
        self._present()
        return _EventSet()

    def nvmlDeviceRegisterEvents(self, handle: GpuModel, kinds: int, events: _EventSet) -> None:
        events.seen[handle.index] = len(self._reading(handle).xid)

    def nvmlEventSetWait_v2(self, events: _EventSet, milliseconds: int) -> SimpleNamespace:
        """The next Xid of a registered GPU; times out at once when there is none: no model moves while it waits."""
        self._present()
        for gpu in self.gpus:
            xids = gpu.reading().xid
            if events.seen.get(gpu.index, len(xids)) < len(xids):
                xid = xids[events.seen[gpu.index]]
                events.seen[gpu.index] += 1
                kind = pynvml.nvmlEventTypeXidCriticalError
                return SimpleNamespace(device=gpu, eventType=kind, eventData=xid)
        raise pynvml.NVMLError_Timeout

    nvmlEventSetWait = nvmlEventSetWait_v2  # noqa: N815

    def nvmlEventSetFree(self, events: _EventSet) -> None:
        events.seen.clear()

    def _present(self) -> None:
        if not self.driver_present:
            raise pynvml.NVMLError_DriverNotLoaded
        if not self._initialized:
            raise pynvml.NVMLError_Uninitialized

    def _reading(self, gpu: GpuModel) -> GpuReading:
        self._present()
        reading = gpu.reading()
        if reading.lost:
            raise pynvml.NVMLError_GpuIsLost
        return reading

    @property
    def _not_supported(self) -> Callable[..., Any]:
        def not_supported(*_: object, **__: object) -> Any:
            raise pynvml.NVMLError_NotSupported

        return not_supported
