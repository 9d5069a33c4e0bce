"""However often the meter is called, and however long it was down: each dollar is counted once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .cloud import HOUR, MINUTE, START, Cloud, Machine
from .conftest import INTERVAL, Metered

SPAN = 60 * HOUR

lives = st.lists(
    st.tuples(st.integers(-600, 3500), st.integers(2, 3600)), max_size=6
)  # minutes: launched after START, and for how long
calls = st.lists(st.integers(1, 3600), min_size=1, max_size=12)
"""minutes after START"""


@settings(max_examples=150, deadline=None)
@given(lives, calls, st.booleans())
def test_the_sum_is_that_of_the_lives_whatever_the_calls_were(
    minutes: list[tuple[int, int]], called: list[int], twice: bool
) -> None:
    machines = [
        Machine(f"i-{n:02x}", START + MINUTE * launched, START + MINUTE * (launched + length))
        for n, (launched, length) in enumerate(minutes)
    ]
    metered = Metered(Cloud(machines=machines)).run(START)
    for at in [*sorted(called), 3600]:
        for _ in range(1 + twice):
            metered.run(START + at * MINUTE)

    begin, end = START - INTERVAL, START + SPAN
    seconds = sum(max(0.0, min(one.ended or end, end) - max(one.launched, begin)) for one in machines)
    assert sum(metered.values("EstimatedCost")) == pytest.approx(seconds / HOUR * 1.861, abs=1e-3)
    assert sum(body["seconds"] for body in metered.documents if "seconds" in body) == SPAN + INTERVAL
