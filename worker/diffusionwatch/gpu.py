"""What the GPUs did while a request ran: a sampler thread on NVML.

Three readings are taken four times a second: memory in use, the energy counter, and what slows the clock. Everything
else only when the heartbeat asks. Each call is guarded by itself: what a GPU does not support is not asked again, and a
host without a driver costs one log line. Needs the extra ``gpu`` (nvidia-ml-py). Source: NVML API reference.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from diffusionwatch.clock import Clock

log = logging.getLogger("diffusionwatch")

SAMPLE_SECONDS = 0.25
"""A request takes seconds; four samples a second find its peak to within one sampling step."""
FULL_UUID = len("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6")
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
HARDWARE_SLOWDOWN = 0x08 | 0x40 | 0x80
"""Those by which a board protects itself: heat or power that is not as it should be. A software power cap is no fault:
a loaded board runs at its limit."""
ROW_REMAP_FAILURE = 3
"""Place in what nvmlDeviceGetRemappedRows gives: correctable, uncorrectable, pending, failure."""

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


@dataclass
class _Minute:
    """What became of the samples since the last heartbeat."""

    asked: int = 0
    answered: int = 0
    told: int = 0
    slowed: int = 0


class Gpu:
    """One GPU, or one MIG instance of it."""

    def __init__(self, nvml: Any, handle: Any, whole: Any) -> None:
        self._nvml, self._handle, self._whole = nvml, handle, whole
        self._unsupported: set[str] = set()
        self._ever_answered = False
        self._minute = _Minute()
        self.samples: deque[tuple[int, float | None, float | None]] = deque(maxlen=KEEP)
        """Monotonic nanoseconds, memory in use in MiB, energy counter in joules."""

    def sample(self, now_ns: int) -> None:
        used = self._read("memory", lambda nvml, _: nvml.nvmlDeviceGetMemoryInfo(self._handle).used / MIB)
        joules = None
        if self._handle is self._whole:  # an instance's share of the counter is not known
            joules = self._read("energy", lambda nvml, gpu: nvml.nvmlDeviceGetTotalEnergyConsumption(gpu) / 1000)
        self.samples.append((now_ns, used, joules))
        reasons = self._read("slowdown", lambda nvml, gpu: nvml.nvmlDeviceGetCurrentClocksEventReasons(gpu))
        minute = self._minute
        minute.asked += 1
        minute.answered += (used, joules, reasons) != (None, None, None)
        if reasons is not None:
            minute.told += 1
            minute.slowed += bool(reasons & HARDWARE_SLOWDOWN)

    def health(self) -> tuple[bool, bool | None, int, int]:
        """Since the last call: whether the GPU has gone, whether its memory is beyond repair, samples that told
        what slows it down, and those of them in which the hardware did."""
        minute, self._minute = self._minute, _Minute()
        self._ever_answered |= minute.answered > 0
        gone = self._ever_answered and minute.asked > 0 and minute.answered == 0
        rows = self._read("remapped_rows", READINGS["remapped_rows"])
        return gone, None if rows is None else bool(rows[ROW_REMAP_FAILURE]), minute.told, minute.slowed

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

    def __init__(self, clock: Clock, nvml: Any = None, *, seconds: float = SAMPLE_SECONDS) -> None:
        self._clock, self._seconds = clock, seconds
        self._stop = threading.Event()
        self._events: Any = None
        self._nvml = nvml
        self.gpus: list[Gpu] = []
        self.absent = 0
        """GPUs that CUDA_VISIBLE_DEVICES names and the driver does not have."""
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

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

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

    def health(self) -> dict[str, float]:
        """The fleet's figures of the GPUs since the last call; none of what no GPU tells.

        Expected are the GPUs that CUDA_VISIBLE_DEVICES names, else those that the driver had when the worker started:
        a worker knows no instance types. What was lost before is the alarm gpu-driver-gone's, which does.
        """
        if not self.gpus and not self.absent:
            return {}
        found = [gpu.health() for gpu in self.gpus]
        figures: dict[str, float] = {"GpusMissing": self.absent + sum(gone for gone, *_ in found)}
        if worn := [beyond for _, beyond, _, _ in found if beyond is not None]:
            figures["GpusDegraded"] = sum(worn)
        if told := sum(told for _, _, told, _ in found):
            figures["GpuThrottled"] = round(100 * sum(slowed for *_, slowed in found) / told, 3)
        return figures

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
        while self.gpus and not self._clock.wait(self._stop, self._seconds):
            self.sample()

    def _visible(self) -> list[Gpu]:
        nvml = self._nvml
        chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
        names = chosen.split(",") if chosen is not None else [str(i) for i in range(nvml.nvmlDeviceGetCount())]
        gpus = []
        for name in (name.strip() for name in names):
            if not name.isdigit() and not name.startswith(("GPU-", "MIG-")):
                break  # "-1", "none": CUDA ignores such a name and all after it
            try:
                gpus.append(self._called(name))
            except Exception as error:
                # An abbreviated UUID is CUDA's to complete, and says nothing about the GPU.
                self.absent += name.isdigit() or len(name) >= FULL_UUID
                log.warning("CUDA_VISIBLE_DEVICES names GPU %s, and the driver does not have it: %s", name, error)
        return gpus

    def _called(self, name: str) -> Gpu:
        nvml = self._nvml
        by = nvml.nvmlDeviceGetHandleByUUID if not name.isdigit() else nvml.nvmlDeviceGetHandleByIndex
        handle = by(int(name) if name.isdigit() else name)
        mig = name.startswith("MIG-")
        return Gpu(nvml, handle, nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle) if mig else handle)

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
