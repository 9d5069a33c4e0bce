"""What the sampler reads, with a double of NVML; and CUDA events, with a double of PyTorch."""

from __future__ import annotations

import sys
from contextvars import copy_context
from types import SimpleNamespace
from typing import Any

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch.gpu import MIB, Gpu, GpuSampler
from diffusionwatch.testing import recording


class NVMLError_NotSupported(Exception):  # noqa: N801, N818 - as NVML names it
    pass


class NVMLError_GpuIsLost(Exception):  # noqa: N801, N818
    pass


class Nvml:
    """Two GPUs, of which the second supports little."""

    NVML_TEMPERATURE_GPU = NVML_CLOCK_SM = NVML_MEMORY_ERROR_TYPE_UNCORRECTED = NVML_VOLATILE_ECC = 0
    nvmlEventTypeXidCriticalError = 8  # noqa: N815

    def __init__(self, count: int = 1) -> None:
        self.count, self.used, self.joules, self.asked = count, 1000.0, 0.0, [0]
        self.xids: list[int] = []
        self.lost: set[str] = set()
        self.reasons, self.remap_failure = 0x08 | 0x40, 0

    def nvmlInit(self) -> None: ...  # noqa: N802

    def __getattr__(self, name: str) -> Any:
        def answer(*given: Any) -> Any:
            if given and given[0] in self.lost:
                raise NVMLError_GpuIsLost
            if name == "nvmlDeviceGetHandleByIndex" and given[0] >= self.count:
                raise NVMLError_GpuIsLost
            if given and given[0] == "gpu-1" and name != "nvmlDeviceGetMemoryInfo":
                self.asked[0] += 1
                raise NVMLError_NotSupported
            answers: dict[str, Any] = {
                "nvmlDeviceGetCount": lambda: self.count,
                "nvmlDeviceGetHandleByIndex": lambda: f"gpu-{given[0]}",
                "nvmlDeviceGetHandleByUUID": lambda: f"uuid-{given[0]}",
                "nvmlDeviceGetDeviceHandleFromMigDeviceHandle": lambda: "gpu-0",
                "nvmlDeviceGetMemoryInfo": lambda: SimpleNamespace(used=self.used * MIB, total=24_000 * MIB),
                "nvmlDeviceGetTotalEnergyConsumption": lambda: self.joules * 1000,
                "nvmlDeviceGetUtilizationRates": lambda: SimpleNamespace(gpu=93),
                "nvmlDeviceGetPowerUsage": lambda: 215_000,
                "nvmlDeviceGetTemperatureV": lambda: 71,
                "nvmlDeviceGetClockInfo": lambda: 1740,
                "nvmlDeviceGetCurrentClocksEventReasons": lambda: self.reasons,
                "nvmlDeviceGetTotalEccErrors": lambda: 0,
                "nvmlDeviceGetRemappedRows": lambda: (0, 1, 0, self.remap_failure),
                "nvmlEventSetCreate": lambda: "events",
                "nvmlDeviceRegisterEvents": lambda: None,
                "nvmlEventSetWait_v2": lambda: SimpleNamespace(eventData=self.xids.pop()),
            }
            return answers[name]()

        return answer


@pytest.fixture(autouse=True)
def _all_gpus_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_peak_memory_and_energy_of_a_request_become_metrics() -> None:
    clock, nvml = ManualClock(1000), Nvml()
    with recording(clock=clock) as (monitor, sink):
        monitor._digest.gpus = sampler = GpuSampler(clock, nvml)
        sampler.open()
        sampler.sample()
        with monitor.generation("sdxl") as generation:
            for used in (9000, 14_000, 6000):
                clock.advance(1)
                nvml.used, nvml.joules = used, nvml.joules + 200
                sampler.sample()
            generation.images = 2
        clock.advance(1)
        sampler.sample()
    assert sink.values("PeakGpuMemory") == [14_000]
    assert sink.values("EnergyPerImage") == [300]


def test_energy_of_requests_that_overlap_is_nobodys() -> None:
    clock, nvml = ManualClock(1000), Nvml()
    with recording(clock=clock) as (monitor, sink):
        monitor._digest.gpus = sampler = GpuSampler(clock, nvml)
        sampler.open()
        sampler.sample()
        with monitor.generation("sdxl") as outer, monitor.generation("sdxl") as inner:
            outer.images = inner.images = 1
            clock.advance(1)
        sampler.sample()
    assert len(sink.values("PeakGpuMemory")) == 2
    assert sink.values("EnergyPerImage") == []


def test_energy_of_requests_that_overlap_is_nobodys_when_one_of_them_was_told_of_before() -> None:
    clock, nvml = ManualClock(1000), Nvml()
    with recording(clock=clock) as (monitor, sink):
        monitor._digest.gpus = sampler = GpuSampler(clock, nvml)
        sampler.open()
        sampler.sample()
        first, second = monitor.generation("sdxl"), monitor.generation("sdxl")
        with first:
            first.images = 1
            clock.advance(1)
            copy_context().run(second.__enter__)  # as a task does that outlives this one
            clock.advance(1)
        monitor.counts()  # the first is described while the second runs
        clock.advance(1)
        second.images = 1
        second.__exit__(None, None, None)
    assert len(sink.values("PeakGpuMemory")) == 2
    assert sink.values("EnergyPerImage") == []


def test_energy_between_two_samples_is_interpolated() -> None:
    gpu = Gpu(Nvml(), "gpu-0", "gpu-0")
    gpu.samples.extend([(0, 1.0, 0.0), (1_000_000_000, 1.0, 100.0), (2_000_000_000, 1.0, 300.0)])
    sampler = GpuSampler(ManualClock(0), Nvml(0))
    sampler.gpus = [gpu]
    assert sampler.during(500_000_000, 1_500_000_000) == (1.0, 150.0)
    assert sampler.during(500_000_000, 2_500_000_000) == (1.0, None)  # the counter is not known that far


def test_state_names_what_slows_the_gpu_down_and_the_newest_xids() -> None:
    nvml = Nvml()
    sampler = GpuSampler(ManualClock(0), nvml)
    sampler.open()
    nvml.xids = [79]
    sampler.sample()
    sampler.sample()
    assert sampler.state() == {
        "gpus": [
            {
                "utilization_percent": 93,
                "memory_total_mib": 24_000,
                "power_watts": 215.0,
                "temperature_celsius": 71,
                "sm_clock_mhz": 1740,
                "throttled_by": ["hardware slowdown", "hardware thermal"],
                "ecc_uncorrected": 0,
                "remapped_rows": [0, 1, 0, 0],
            }
        ],
        "xids": [79],
    }


def test_what_a_gpu_does_not_support_is_asked_once() -> None:
    nvml = Nvml(2)
    sampler = GpuSampler(ManualClock(0), nvml)
    sampler.open()
    sampler.sample()
    sampler.state()
    asked = nvml.asked[0]
    for _ in range(5):
        sampler.sample()
        sampler.state()
    assert nvml.asked[0] == asked > 0
    assert sampler.during(0, 1)[1] is None  # the energy of half of the GPUs is no energy


def test_mig_instance_has_memory_of_its_own_and_no_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-1234")
    sampler = GpuSampler(ManualClock(0), Nvml())
    sampler.open()
    sampler.sample()
    assert sampler.gpus[0]._handle == "uuid-MIG-1234"
    assert sampler.during(0, 0) == (1000.0, None)


def sampled(nvml: Nvml, samples: int = 4) -> GpuSampler:
    sampler = GpuSampler(ManualClock(0), nvml)
    sampler.open()
    for _ in range(samples):
        sampler.sample()
    return sampler


def test_sound_gpus_are_none_missing_none_degraded_and_never_slowed() -> None:
    nvml = Nvml()
    nvml.reasons = 0x04  # at its power limit, as a loaded board should be
    assert sampled(nvml).health() == {"GpusMissing": 0, "GpusDegraded": 0, "GpuThrottled": 0}


def test_hardware_slowdown_is_a_share_of_the_samples_since_the_last_heartbeat() -> None:
    nvml = Nvml()
    sampler = sampled(nvml, samples=1)
    nvml.reasons = 0
    for _ in range(3):
        sampler.sample()
    assert sampler.health()["GpuThrottled"] == 25
    sampler.sample()
    assert sampler.health()["GpuThrottled"] == 0


def test_a_gpu_whose_rows_cannot_be_remapped_is_degraded() -> None:
    nvml = Nvml()
    nvml.remap_failure = 1
    assert sampled(nvml).health()["GpusDegraded"] == 1


def test_a_gpu_that_answers_nothing_for_a_whole_heartbeat_is_missing() -> None:
    nvml = Nvml(2)
    sampler = sampled(nvml)
    nvml.lost = {"gpu-0"}
    sampler.sample()
    assert sampler.health()["GpusMissing"] == 0  # it answered earlier in this minute: one failed call is no loss
    sampler.sample()
    assert sampler.health()["GpusMissing"] == 1
    nvml.lost = set()
    sampler.sample()
    assert sampler.health()["GpusMissing"] == 0


def test_a_gpu_that_was_gone_before_the_worker_started_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,7")
    sampler = sampled(Nvml(1))
    assert len(sampler.gpus) == 1
    assert sampler.health()["GpusMissing"] == 1


@pytest.mark.parametrize("names", ["", "-1", "none", "GPU-8932f937"])
def test_names_that_say_nothing_about_a_gpu_miss_none(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unknown(Nvml):
        def nvmlDeviceGetHandleByUUID(self, name: str) -> str:  # noqa: N802
            raise NVMLError_NotSupported

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", names)
    assert sampled(Unknown()).health() == {}


def test_figures_that_no_gpu_supports_are_absent_and_not_zero() -> None:
    class Old(Nvml):
        def nvmlDeviceGetRemappedRows(self, gpu: str) -> None:  # noqa: N802
            raise NVMLError_NotSupported

        def nvmlDeviceGetCurrentClocksEventReasons(self, gpu: str) -> None:  # noqa: N802
            raise NVMLError_NotSupported

    assert sampled(Old()).health() == {"GpusMissing": 0}


def test_the_heartbeat_carries_the_figures_of_the_gpus() -> None:
    clock, nvml = ManualClock(1000), Nvml()
    with recording(clock=clock) as (monitor, sink):
        monitor._digest.gpus = sampled(nvml)
        monitor.flush()
        nvml.lost = {"gpu-0"}
        monitor._digest.gpus.sample()
        clock.advance(60)
    assert sink.values("GpusMissing") == [0, 1]
    assert sink.values("GpusDegraded") == [0]
    assert sink.values("GpuThrottled") == [100]
    assert len(sink.values("WorkerHeartbeat")) == 2


def test_a_worker_without_gpus_says_nothing_of_them() -> None:
    with recording() as (_, sink):
        pass
    assert sink.values("WorkerHeartbeat") == [1]
    assert sink.values("GpusMissing") == sink.values("GpuThrottled") == []


def test_no_driver_means_no_gpus_and_no_thread() -> None:
    class NoDriver:
        def nvmlInit(self) -> None:  # noqa: N802
            raise OSError("libnvidia-ml.so.1 not found")

    sampler = GpuSampler(ManualClock(0), NoDriver())
    sampler._run()
    assert sampler.gpus == []


class CudaEvent:
    """An event that the GPU reaches when its clock says so, and that forbids to wait for it."""

    gpu_ms = 0.0
    reached = False

    def __init__(self, enable_timing: bool) -> None:
        assert enable_timing

    def record(self) -> None:
        self.at = CudaEvent.gpu_ms

    def query(self) -> bool:
        return CudaEvent.reached

    def elapsed_time(self, later: CudaEvent) -> float:
        if not CudaEvent.reached:
            raise RuntimeError("not ready")
        return later.at - self.at

    def synchronize(self) -> None:
        raise AssertionError("a request must never wait for the GPU")


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> type[CudaEvent]:
    CudaEvent.gpu_ms, CudaEvent.reached = 0.0, False
    cuda = SimpleNamespace(is_initialized=lambda: True, is_current_stream_capturing=lambda: False, Event=CudaEvent)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    return CudaEvent


def test_stages_are_timed_by_the_gpu_once_it_has_come_to_their_end(cuda: type[CudaEvent]) -> None:
    clock = ManualClock(1000)
    with recording(clock=clock) as (monitor, sink):
        with monitor.generation("sdxl") as generation, generation.stage("denoise"):
            for _ in range(2):
                clock.advance(0.001)  # the host only launches
                cuda.gpu_ms += 450.0
                generation.on_step()
        monitor._publisher.gather()
        assert monitor.counts().completed == 0  # put aside
        cuda.reached = True
    assert sink.values("Denoise") == [900.0]
    assert sink.values("DenoiseStep") == [450.0, 450.0]


def test_gpu_that_never_answers_leaves_the_hosts_times(cuda: type[CudaEvent]) -> None:
    clock = ManualClock(1000)
    with recording(clock=clock) as (monitor, sink):
        with monitor.generation("sdxl") as generation, generation.stage("denoise"):
            clock.advance(0.5)
        clock.advance(60)
        monitor._publisher.gather()
        assert monitor.counts().completed == 1
    assert sink.values("Denoise") == [500.0]
