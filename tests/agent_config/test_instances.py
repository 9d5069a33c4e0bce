from __future__ import annotations

import pytest

from diffusionwatch_agent import INSTANCES, UnknownInstanceType, instance
from diffusionwatch_agent.instances import BLOCKS, OTHER_REGION, UNKNOWN

STATED_ABSENCES = {BLOCKS, OTHER_REGION, UNKNOWN}


def test_all_sixty_eight_gpu_instance_types_are_known() -> None:
    assert len(INSTANCES) == 68


@pytest.mark.parametrize("known", INSTANCES.values(), ids=lambda known: str(known.instance_type))
def test_each_type_has_gpus_memory_and_a_price_or_a_stated_absence(known) -> None:  # type: ignore[no-untyped-def]
    assert known.gpus > 0
    assert known.gpu_memory_gib > 0
    assert known.vcpus > 0
    assert known.gpu.startswith("NVIDIA ")
    if known.usd_per_hour is None:
        assert known.price_note in STATED_ABSENCES
    else:
        assert known.usd_per_hour > 0
        assert known.price_note not in STATED_ABSENCES


def test_prices_follow_the_cuts_of_june_2025() -> None:
    assert instance("p4d.24xlarge").usd_per_hour == 21.957642
    assert instance("p5.48xlarge").usd_per_hour == 55.04


@pytest.mark.parametrize(
    ("name", "gpus"), [("g6e.16xlarge", 1), ("g7e.12xlarge", 2), ("g6e.12xlarge", 4), ("p5.4xlarge", 1)]
)
def test_gpu_counts_do_not_follow_the_size(name: str, gpus: int) -> None:
    assert instance(name).gpus == instance(name).devices == gpus


def test_a_slice_of_a_gpu_is_a_fraction_that_shows_as_one_device() -> None:
    known = instance("g6f.xlarge")
    assert (known.gpus, known.devices, known.gpu_memory_gib) == (0.125, 1, 2.79)


@pytest.mark.parametrize("name", ["g6e.xl", "g6e.3xlarge", "p5", "", "t3.large"])
def test_an_unknown_type_is_refused_with_the_nearest_names(name: str) -> None:
    with pytest.raises(UnknownInstanceType, match=r"unknown GPU instance type '.*'; nearest: \S+, \S+, \S+$"):
        instance(name)


def test_the_nearest_names_are_near() -> None:
    with pytest.raises(UnknownInstanceType, match=r"nearest: g6e\.(8|16)?xlarge"):
        instance("g6e.3xlarge")
