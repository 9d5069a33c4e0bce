from __future__ import annotations

import random

from diffusionwatch_local.fleet.jobs import MODELS, Job, random_job
from diffusionwatch_local.fleet.ledger import COMPLETED, FAILED, Ledger


def test_a_job_survives_its_message() -> None:
    job = random_job(7, random.Random(1))
    assert Job.from_message(job.to_message()) == job
    assert job.id == "r-000007"
    assert job.model in MODELS


def test_the_same_seed_gives_the_same_jobs() -> None:
    first, second = random.Random(5), random.Random(5)
    assert [random_job(n, first) for n in range(20)] == [random_job(n, second) for n in range(20)]


def test_ledgers_of_several_workers_add_up_attempt_by_attempt() -> None:
    one, other = Ledger(), Ledger()
    one.record("r-1", COMPLETED)
    other.record("r-1", FAILED)
    other.record("r-2", COMPLETED)
    one.add(other)
    assert one.counts() == {"completed": 2, "failed": 1}
    assert Ledger(one.entries).entries == one.entries
