from __future__ import annotations

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_agent import INSTANCES
from diffusionwatch_agent.measurements import GPU
from diffusionwatch_local.gpu import BOARDS, FakeNvml, Fault, GpuModel, NvidiaSmi, SmiFailed, parse
from diffusionwatch_local.gpu.model import HW_SLOWDOWN, HW_THERMAL, SLOWDOWN_CELSIUS


def run(gpu: GpuModel, minutes: int, busy: float = 1.0, memory: float = 20_000, start: float = 0.0) -> float:
    for second in range(0, 60 * minutes + 1, 10):
        gpu.step(start + second, busy, memory)
    return start + 60 * minutes


def nvml_of(*gpus: GpuModel) -> FakeNvml:
    nvml = FakeNvml(gpus)
    nvml.nvmlInit()
    return nvml


@pytest.mark.parametrize("name", sorted({instance.gpu for instance in INSTANCES.values()}))
def test_every_gpu_of_the_instance_types_has_a_board(name: str) -> None:
    assert GpuModel(name).memory_mib == BOARDS[name].memory_mib


def test_an_unknown_gpu_is_refused_with_its_neighbours() -> None:
    with pytest.raises(ValueError, match="unknown GPU 'NVIDIA L40'; nearest: NVIDIA L40S"):
        GpuModel("NVIDIA L40")


def test_a_loaded_gpu_grows_warm_and_stays_at_full_clock() -> None:
    gpu = GpuModel("NVIDIA L40S")
    run(gpu, minutes=30)
    reading = gpu.reading()
    assert reading.utilization_gpu == 100
    assert 60 < reading.temperature_gpu < SLOWDOWN_CELSIUS
    assert reading.clocks_event_reasons == 0
    assert gpu.speed == 1


def test_an_idle_gpu_cools_down_and_says_that_it_idles() -> None:
    gpu = GpuModel("NVIDIA L40S")
    end = run(gpu, minutes=30)
    warm = gpu.reading().temperature_gpu
    run(gpu, minutes=10, busy=0.0, start=end)
    assert gpu.reading().temperature_gpu < warm - 20
    assert gpu.reading().clocks_event_reasons == 1


def test_lost_cooling_throttles_the_clock_and_mending_restores_it() -> None:
    gpu = GpuModel("NVIDIA L40S")
    end = run(gpu, minutes=10)
    gpu.inject(Fault.COOLING)
    while gpu.speed == 1 and end < 3600:
        end = run(gpu, minutes=1, start=end)
    assert gpu.reading().clocks_event_reasons == HW_SLOWDOWN | HW_THERMAL
    assert gpu.speed < 0.5
    gpu.mend()
    run(gpu, minutes=10, start=end)
    assert gpu.speed == 1


def test_energy_is_power_times_time() -> None:
    gpu = GpuModel("NVIDIA L40S")
    gpu.step(0, 0.5, 0)
    gpu.step(100, 0.5, 0)
    assert gpu.reading().energy_joules == pytest.approx(gpu.reading().power_draw * 100)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(-1, 2), st.floats(-1e5, 1e6)), max_size=30))
def test_readings_stay_possible_whatever_the_load(steps: list[tuple[float, float, float]]) -> None:
    gpu, now = GpuModel("NVIDIA T4"), 0.0
    for seconds, busy, memory in steps:
        now += seconds
        gpu.step(now, busy, memory)
        reading = gpu.reading()
        assert 0 <= reading.utilization_gpu <= 100
        assert 0 <= reading.memory_used <= reading.memory_total
        assert reading.memory_used + reading.memory_free == reading.memory_total
        assert gpu.board.idle_watts <= reading.power_draw <= reading.power_limit
        assert 20 <= reading.temperature_gpu <= 100


def test_nvidia_smi_gives_every_measurement_that_the_agent_knows_but_a_fan() -> None:
    gpus = [GpuModel("NVIDIA A10G", index=index) for index in range(4)]
    for gpu in gpus:
        run(gpu, minutes=1, busy=0.25 * (gpu.index + 1))
    found = parse(NvidiaSmi(gpus).query(at=0.0))
    assert [tags["index"] for tags, _ in found] == ["0", "1", "2", "3"]
    assert {(tags["name"], tags["arch"]) for tags, _ in found} == {("NVIDIA A10G", "Ampere")}
    for gpu, (_, fields) in zip(gpus, found, strict=True):
        assert set(fields) == set(GPU) - {"fan_speed"}
        assert fields == {name: getattr(gpu.reading(), name) for name in fields}


def test_nvidia_smi_and_nvml_tell_the_same_story() -> None:
    gpu = GpuModel("NVIDIA H100")
    run(gpu, minutes=3, busy=0.7)
    ((_, fields),) = parse(NvidiaSmi([gpu]).query(at=0.0))
    nvml = nvml_of(gpu)
    handle = nvml.nvmlDeviceGetHandleByIndex(0)
    rates = nvml.nvmlDeviceGetUtilizationRates(handle)
    assert (rates.gpu, rates.memory) == (fields["utilization_gpu"], fields["utilization_memory"])
    assert nvml.nvmlDeviceGetMemoryInfo(handle).used == fields["memory_used"] * 2**20
    assert nvml.nvmlDeviceGetTemperatureV(handle, nvml.NVML_TEMPERATURE_GPU) == fields["temperature_gpu"]
    assert nvml.nvmlDeviceGetPowerUsage(handle) == pytest.approx(fields["power_draw"] * 1000, abs=1)
    assert nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM) == fields["clocks_current_sm"]


def test_nvidia_smi_fails_without_a_driver_and_so_does_nvml() -> None:
    gpu = GpuModel()
    smi, nvml = NvidiaSmi([gpu]), nvml_of(gpu)
    smi.driver_present = nvml.driver_present = False
    with pytest.raises(SmiFailed, match="communicate with the NVIDIA driver") as failed:
        smi.query(at=0.0)
    assert failed.value.code == 9
    with pytest.raises(pynvml.NVMLError_DriverNotLoaded):
        nvml.nvmlDeviceGetCount()


def test_a_gpu_that_fell_off_the_bus_is_gone_from_both_and_leaves_its_xid() -> None:
    gpus = [GpuModel(index=0), GpuModel(index=1)]
    nvml = nvml_of(*gpus)
    events = nvml.nvmlEventSetCreate()
    for gpu in gpus:
        nvml.nvmlDeviceRegisterEvents(gpu, nvml.nvmlEventTypeXidCriticalError, events)
    gpus[1].inject(Fault.FELL_OFF_THE_BUS)
    event = nvml.nvmlEventSetWait_v2(events, 1000)
    assert (event.eventData, event.device) == (79, gpus[1])
    with pytest.raises(pynvml.NVMLError_Timeout):
        nvml.nvmlEventSetWait_v2(events, 1000)
    assert nvml.nvmlDeviceGetCount() == 1
    with pytest.raises(pynvml.NVMLError_GpuIsLost):
        nvml.nvmlDeviceGetUtilizationRates(gpus[1])
    with pytest.raises(SmiFailed, match="GPU is lost"):
        NvidiaSmi(gpus).query(at=0.0)


def test_a_row_remap_failure_shows_in_nvml() -> None:
    gpu = GpuModel()
    nvml = nvml_of(gpu)
    assert nvml.nvmlDeviceGetRemappedRows(gpu) == (0, 0, 0, 0)
    gpu.inject(Fault.ROW_REMAP_FAILURE)
    assert nvml.nvmlDeviceGetRemappedRows(gpu)[3] == 1
    assert gpu.reading().xid == (64,)


def test_what_the_stand_in_lacks_is_not_supported_and_what_nvml_lacks_is_an_error() -> None:
    nvml = nvml_of(GpuModel())
    with pytest.raises(pynvml.NVMLError_NotSupported):
        nvml.nvmlDeviceGetMigMode(nvml.nvmlDeviceGetHandleByIndex(0))
    with pytest.raises(AttributeError):
        nvml.nvmlDeviceGetMood  # noqa: B018


def test_nvml_before_init_is_uninitialized() -> None:
    with pytest.raises(pynvml.NVMLError_Uninitialized):
        FakeNvml([GpuModel()]).nvmlDeviceGetCount()
