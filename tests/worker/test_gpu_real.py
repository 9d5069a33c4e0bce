"""The sampler on a real GPU: `make test-gpu`, where there is one."""

from __future__ import annotations

import time
from typing import Any

import pytest

from diffusionwatch.clock import SystemClock
from diffusionwatch.gpu import GpuSampler


@pytest.fixture
def sampler() -> Any:
    nvml = pytest.importorskip("pynvml")
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        pytest.skip(f"no GPU at hand: {error}")
    sampler = GpuSampler(SystemClock())
    sampler.open()
    return sampler


def test_a_real_gpu_tells_what_the_fleet_needs(sampler: GpuSampler) -> None:
    (first, *_) = sampler.state()["gpus"]
    assert 0 <= first["utilization_percent"] <= 100
    assert first["memory_total_mib"] > 0
    assert first["power_watts"] > 0
    assert 0 < first["temperature_celsius"] < 120


def test_memory_and_energy_between_two_moments_of_a_real_gpu(sampler: GpuSampler) -> None:
    began = time.perf_counter_ns()
    for _ in range(8):
        sampler.sample()
        time.sleep(0.25)
    peak, joules = sampler.during(began, time.perf_counter_ns())
    assert peak is not None
    assert peak > 0
    assert joules is None or joules > 0  # vGPUs have no energy counter


def test_a_real_gpu_is_there_and_says_how_it_is(sampler: GpuSampler) -> None:
    sampler.sample()
    health = sampler.health()
    assert health["GpusMissing"] == 0
    assert health.get("GpusDegraded", 0) == 0  # boards before Ampere remap no rows
    assert 0 <= health.get("GpuThrottled", 0) <= 100
