"""What the GPUs did while a request ran: a sampler thread on NVML.

Two readings are taken four times a second, memory in use and the energy counter; everything else only when the
heartbeat asks. Each call is guarded by itself: what a GPU does not support is not asked again, and a host without a
driver costs one log line. Needs the extra ``gpu`` (nvidia-ml-py). Source: NVML API reference.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Any

from diffusionwatch.clock import Clock

log = logging.getLogger("diffusionwatch")

SAMPLE_SECONDS = 0.25
"""A request takes seconds; four samples a second find its peak to within one sampling step."""
KEEP = 4 * 900
"""Samples that are kept: of a quarter of an hour, longer than any request may run."""
MIB = 1024 * 1024

THROTTLING: dict[int, str] = {
    0x04: "software power cap",
    0x08: "hardware slowdown",
    0x20: "software thermal",
    0x40: "hardware thermal",
    0x80: "hardware power brake",
}
"""Bits of nvmlDeviceGetCurrentClocksEventReasons that cost speed."""

# Name of the property, and how it is read from NVML's module and a device's handle.
READINGS: dict[str, Callable[[Any, Any], Any]] = {
    "utilization_percent": lambda nvml, gpu: nvml.nvmlDeviceGetUtilizationRates(gpu).gpu,
    "memory_total_mib": lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu).total // MIB,
    "power_watts": lambda nvml, gpu: nvml.nvmlDeviceGetPowerUsage(gpu) / 1000,
    "temperature_celsius": lambda nvml, gpu: nvml.nvmlDeviceGetTemperatureV(gpu, nvml.NVML_TEMPERATURE_GPU),
    "sm_clock_mhz": lambda nvml, gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM),
    "throttled_by": lambda nvml, gpu: [
        reason for bit, reason in THROTTLING.items() if nvml.nvmlDeviceGetCurrentClocksEventReasons(gpu) & bit
    ],
    "ecc_uncorrected": lambda nvml, gpu: nvml.nvmlDeviceGetTotalEccErrors(
        gpu, nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, nvml.NVML_VOLATILE_ECC
    ),
    "remapped_rows": lambda nvml, gpu: list(nvml.nvmlDeviceGetRemappedRows(gpu)),
}


class Gpu:
    """One GPU, or one MIG instance of it."""

    def __init__(self, nvml: Any, handle: Any, whole: Any) -> None:
        self._nvml, self._handle, self._whole = nvml, handle, whole
        self._unsupported: set[str] = set()
        self.samples: deque[tuple[int, float | None, float | None]] = deque(maxlen=KEEP)
        """Monotonic nanoseconds, memory in use in MiB, energy counter in joules."""

    def sample(self, now_ns: int) -> None:
        used = self._read("memory", lambda nvml, _: nvml.nvmlDeviceGetMemoryInfo(self._handle).used / MIB)
        joules = None
        if self._handle is self._whole:  # an instance's share of the counter is not known
            joules = self._read("energy", lambda nvml, gpu: nvml.nvmlDeviceGetTotalEnergyConsumption(gpu) / 1000)
        self.samples.append((now_ns, used, joules))

    def state(self) -> dict[str, Any]:
        """All readings that this GPU supports."""
        readings = {name: self._read(name, read) for name, read in READINGS.items()}
        return {name: value for name, value in readings.items() if value not in (None, [])}

    def _read(self, name: str, read: Callable[[Any, Any], Any]) -> Any:
        if name in self._unsupported:
            return None
        try:
            return read(self._nvml, self._whole)
        except Exception as error:
            # NVMLError_NotSupported stays so; whatever else may pass.
            if type(error).__name__ in ("NVMLError_NotSupported", "NVMLError_FunctionNotFound", "AttributeError"):
                self._unsupported.add(name)
            return None


class GpuSampler:
    """Samples the GPUs that this process may use.

    ``nvml`` is the module ``pynvml``, or a double of it. Without one, without a driver or without a GPU, ``gpus`` stays
    empty and the thread ends.
    """

    def __init__(self, clock: Clock, nvml: Any = None) -> None:
        self._clock = clock
        self._stop = threading.Event()
        self._events: Any = None
        self._nvml = nvml
        self.gpus: list[Gpu] = []
        self.xids: deque[int] = deque(maxlen=20)
        """The newest Xid errors, as the driver numbers them."""
        if nvml is None:
            with contextlib.suppress(ImportError):
                import pynvml

                self._nvml = pynvml

    def start(self) -> None:
        if self._nvml is not None:
            threading.Thread(target=self._run, name="diffusionwatch-gpu", daemon=True).start()

    def open(self) -> None:
        """Finds the GPUs. May take a driver's time, so the thread does it."""
        try:
            self._nvml.nvmlInit()
            self.gpus = self._visible()
            self._register_xids()
        except Exception as error:
            log.info("GPUs are not sampled: %s", error)

    def stop(self) -> None:
        self._stop.set()

    def during(self, start_ns: int, end_ns: int) -> tuple[float | None, float | None]:
        """Peak memory in MiB and energy in joules, over all GPUs, between two moments of the monotonic clock."""
        peaks = [peak for gpu in self.gpus if (peak := _peak(gpu, start_ns, end_ns)) is not None]
        energies = [_joules(gpu, start_ns, end_ns) for gpu in self.gpus]
        whole = sum(e for e in energies if e is not None) if energies and None not in energies else None
        return (round(sum(peaks), 3) if peaks else None), whole

    def state(self) -> dict[str, Any]:
        """What the heartbeat carries: a reading of each GPU, and the newest Xid errors."""
        found: dict[str, Any] = {"gpus": [gpu.state() for gpu in self.gpus], "xids": list(self.xids)}
        return {name: value for name, value in found.items() if value}

    def sample(self) -> None:
        """Takes one sample of each GPU; the thread does so by itself."""
        now = self._clock.monotonic_ns()
        for gpu in self.gpus:
            gpu.sample(now)
        if self._events is not None:
            with contextlib.suppress(Exception):  # a timeout: none since the last time
                self.xids.append(int(self._nvml.nvmlEventSetWait_v2(self._events, 0).eventData))

    def _run(self) -> None:
        self.open()
        while self.gpus and not self._clock.wait(self._stop, SAMPLE_SECONDS):
            self.sample()

    def _visible(self) -> list[Gpu]:
        nvml = self._nvml
        chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
        names = chosen.split(",") if chosen is not None else [str(i) for i in range(nvml.nvmlDeviceGetCount())]
        gpus = []
        for name in filter(None, (name.strip() for name in names)):
            if name.isdigit():
                handle = nvml.nvmlDeviceGetHandleByIndex(int(name))
            else:
                handle = nvml.nvmlDeviceGetHandleByUUID(name)
            whole = handle
            if name.startswith("MIG-"):
                whole = nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle)
            gpus.append(Gpu(nvml, handle, whole))
        return gpus

    def _register_xids(self) -> None:
        try:
            self._events = self._nvml.nvmlEventSetCreate()
            for gpu in self.gpus:
                self._nvml.nvmlDeviceRegisterEvents(gpu._whole, self._nvml.nvmlEventTypeXidCriticalError, self._events)
        except Exception as error:
            self._events = None
            log.info("Xid errors are not watched: %s", error)


def _peak(gpu: Gpu, start_ns: int, end_ns: int) -> float | None:
    samples = list(gpu.samples)
    first = bisect_left(samples, start_ns, key=lambda sample: sample[0])
    # The sample before the start counts too: what was in use then still was at the start.
    used = [used for at, used, _ in samples[max(0, first - 1) :] if at <= end_ns and used is not None]
    return max(used, default=None)


def _joules(gpu: Gpu, start_ns: int, end_ns: int) -> float | None:
    counter = [(at, joules) for at, _, joules in list(gpu.samples) if joules is not None]
    if not counter or counter[0][0] > start_ns or counter[-1][0] < end_ns:
        return None
    return _at(counter, end_ns) - _at(counter, start_ns)


def _at(counter: list[tuple[int, float]], moment: int) -> float:
    """The counter at a moment between two samples, as if it ran evenly between them."""
    after = bisect_left(counter, moment, key=lambda sample: sample[0])
    (t1, e1) = counter[after]
    if t1 == moment or after == 0:
        return e1
    (t0, e0) = counter[after - 1]
    return e0 + (e1 - e0) * (moment - t0) / (t1 - t0)
