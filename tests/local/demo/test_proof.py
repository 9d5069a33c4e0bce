from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_local.demo.proof import compare
from diffusionwatch_local.fleet.ledger import Ledger


def events(completed: list[str], failed: list[str]) -> dict[str, Counter[str]]:
    return {"completed": Counter(completed), "failed": Counter(failed)}


def sums(completed: int, failed: int) -> dict[str, int]:
    return {"completed": completed, "failed": failed}


LEDGER = Ledger({"completed": ["a", "b"], "failed": ["c"]})


def test_both_sides_equal() -> None:
    proof = compare(["a", "b", "c"], LEDGER, events(["a", "b"], ["c"]), sums(2, 1))
    assert proof.holds
    assert proof.as_json() == {
        "sent": 3,
        "completed": 2,
        "failed": 1,
        "store": {"completed": 2, "failed": 1},
        "lost": 0,
        "duplicated": 0,
    }


def test_a_missing_event_is_lost() -> None:
    proof = compare(["a", "b", "c"], LEDGER, events(["a"], ["c"]), sums(1, 1))
    assert (proof.lost, proof.duplicated, proof.holds) == (1, 0, False)


def test_one_lost_and_one_counted_twice_do_not_cancel_out() -> None:
    proof = compare(["a", "b", "c"], LEDGER, events(["a", "a"], ["c"]), sums(2, 1))
    assert (proof.lost, proof.duplicated, proof.holds) == (1, 1, False)


def test_an_event_without_its_metric_is_lost() -> None:
    proof = compare(["a", "b", "c"], LEDGER, events(["a", "b"], ["c"]), sums(1, 1))
    assert (proof.lost, proof.holds) == (1, False)


def test_a_job_that_no_worker_has_is_lost() -> None:
    proof = compare(["a", "b", "c", "d"], LEDGER, events(["a", "b"], ["c"]), sums(2, 1))
    assert (proof.lost, proof.holds) == (1, False)


def test_a_job_that_two_workers_did_is_counted_twice() -> None:
    twice = Ledger({"completed": ["a", "a"], "failed": []})
    proof = compare(["a"], twice, events(["a", "a"], []), sums(2, 0))
    assert (proof.duplicated, proof.holds) == (1, False)


def test_nothing_sent_proves_nothing() -> None:
    assert not compare([], Ledger(), events([], []), sums(0, 0)).holds


@given(st.lists(st.integers(0, 30), unique=True, min_size=2), st.data())
def test_whatever_is_taken_away_or_doubled_is_counted(ids: list[int], data: st.DataObject) -> None:
    names = [f"r-{n}" for n in ids]
    missing = data.draw(st.sets(st.sampled_from(names)))
    doubled = data.draw(st.sets(st.sampled_from(names))) - missing
    told = [name for name in names if name not in missing] + sorted(doubled)
    proof = compare(names, Ledger({"completed": names, "failed": []}), events(told, []), sums(len(told), 0))
    assert (proof.lost, proof.duplicated) == (len(missing), len(doubled))
    assert proof.holds == (not missing and not doubled)
