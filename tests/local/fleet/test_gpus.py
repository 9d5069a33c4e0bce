from __future__ import annotations

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.fleet.gpus import FleetGpus


def fleet(clock: ManualClock, *instances: str) -> FleetGpus:
    gpus = FleetGpus(clock, group="image-api-local", instance_type="g6e.xlarge")
    gpus.follow(instances)
    return gpus


def utilisation(gpus: FleetGpus) -> dict[str, float]:
    return {sample.instance_id: sample.readings["utilization_gpu"] for sample in gpus.samples()}


def test_utilisation_is_the_share_of_busy_time_since_the_last_reading() -> None:
    clock = ManualClock()
    gpus = fleet(clock, "i-1", "i-2")
    gpus.set("i-1", True)
    clock.advance(45)
    gpus.set("i-1", False)
    clock.advance(15)
    assert utilisation(gpus) == {"i-1": 75, "i-2": 0}
    clock.advance(60)
    assert utilisation(gpus) == {"i-1": 0, "i-2": 0}


def test_a_gpu_that_stays_busy_over_readings_is_fully_used() -> None:
    clock = ManualClock()
    gpus = fleet(clock, "i-1")
    gpus.set("i-1", True)
    for _ in range(3):
        clock.advance(60)
        assert utilisation(gpus) == {"i-1": 100}


def test_a_terminated_instance_reports_nothing_and_a_new_one_is_idle() -> None:
    clock = ManualClock()
    gpus = fleet(clock, "i-1")
    gpus.set("i-1", True)
    clock.advance(60)
    gpus.follow(["i-2"])
    gpus.set("i-1", True)  # the last word of a worker that is gone
    clock.advance(60)
    assert utilisation(gpus) == {"i-2": 0}


def test_the_sample_names_the_board_of_the_instance_type() -> None:
    (sample,) = fleet(ManualClock(), "i-1").samples()
    assert (sample.name, sample.auto_scaling_group, sample.index) == ("NVIDIA L40S", "image-api-local", "0")
