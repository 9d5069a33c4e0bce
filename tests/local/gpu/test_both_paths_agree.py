"""One GPU, read twice: by the worker's sampler through NVML, and by the agent through `nvidia-smi -q -x`."""

from __future__ import annotations

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch.gpu import GpuSampler
from diffusionwatch_local.gpu import FakeNvml, GpuModel, NvidiaSmi
from diffusionwatch_local.gpu.model import Fault
from diffusionwatch_local.gpu.nvidia_smi import parse


@pytest.fixture(autouse=True)
def _all_gpus_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def sampler_of(*gpus: GpuModel) -> GpuSampler:
    sampler = GpuSampler(ManualClock(1000), FakeNvml(gpus))
    sampler.open()
    return sampler


@pytest.mark.parametrize("busy", [0.0, 0.35, 1.0])
def test_the_sampler_and_the_agent_read_the_same_figures(busy: float) -> None:
    gpu = GpuModel("NVIDIA L40S")
    for second in range(120):
        gpu.step(float(second), busy, 21_000)
    (seen,) = sampler_of(gpu).state()["gpus"]
    ((_, told),) = parse(NvidiaSmi([gpu]).query(120.0))
    assert seen["utilization_percent"] == told["utilization_gpu"]
    assert seen["memory_total_mib"] == told["memory_total"]
    assert seen["power_watts"] == pytest.approx(told["power_draw"], abs=0.01)
    assert seen["temperature_celsius"] == told["temperature_gpu"]
    assert seen["sm_clock_mhz"] == told["clocks_current_sm"]


def test_an_xid_reaches_the_sampler_that_the_agent_cannot_see() -> None:
    gpu = GpuModel("NVIDIA L40S")
    gpu.step(0.0, 0.5, 9000)
    sampler = sampler_of(gpu)
    gpu.inject(Fault.FELL_OFF_THE_BUS)
    gpu.step(1.0, 0.5, 9000)
    sampler.sample()
    assert list(sampler.xids) == [79]


def test_a_driver_that_is_gone_means_silence() -> None:
    nvml = FakeNvml([GpuModel("NVIDIA L40S")])
    nvml.driver_present = False
    sampler = GpuSampler(ManualClock(1000), nvml)
    sampler.open()
    sampler.sample()
    assert sampler.state() == {}
