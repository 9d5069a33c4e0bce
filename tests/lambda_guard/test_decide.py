"""The decision, for every fleet that hypothesis thinks of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from idle_guard.decide import ASK, NOTHING, SCALE, TELL, Decision, Policy, Seen, Window, decide

NOW = 1_772_442_000.0  # Monday, 2 March 2026, 9:00 UTC
IDLE = Seen(NOW - 7200, False, desired=6, minimum=1, waiting=0)
OFFICE = Window(("mon", "tue", "wed", "thu", "fri"), "08:00", "18:00")

policies = st.builds(
    Policy,
    action=st.sampled_from([TELL, ASK, SCALE]),
    grace_seconds=st.integers(300, 86_400).map(float),
    protected=st.just({}) | st.just({"office": OFFICE}),
)
fleets = st.builds(
    Seen,
    alarm_since=st.none() | st.floats(NOW - 7 * 86_400, NOW),
    blind=st.none() | st.booleans(),
    desired=st.integers(0, 50),
    minimum=st.integers(0, 10),
    waiting=st.none() | st.integers(0, 3),
)
moments = st.floats(NOW, NOW + 7 * 86_400)


@given(policies, fleets, moments)
def test_nothing_is_done_below_the_minimum_with_work_in_the_queue_in_a_protected_time_or_too_early(
    policy: Policy, seen: Seen, now: float
) -> None:
    decision = decide(policy, seen, now)

    if decision.do != NOTHING:
        assert decision.do == policy.action
        assert seen.alarm_since is not None
        assert now - seen.alarm_since >= policy.grace_seconds
        assert seen.waiting == 0
        assert seen.blind is False
        assert not any(window.holds(now) for window in policy.protected.values())
        assert decision.target == seen.minimum < seen.desired
        assert decision.released == seen.desired - seen.minimum


@given(policies, fleets, moments)
def test_a_fleet_that_may_be_touched_is_and_each_restraint_alone_holds_the_hand(
    policy: Policy, seen: Seen, now: float
) -> None:
    may = (
        seen.alarm_since is not None
        and now - seen.alarm_since >= policy.grace_seconds
        and seen.desired > seen.minimum
        and seen.blind is False
        and seen.waiting == 0
        and not any(window.holds(now) for window in policy.protected.values())
    )
    assert (decide(policy, seen, now).do != NOTHING) == may


def test_each_refusal_says_why() -> None:
    whys = [
        decide(Policy(SCALE), Seen(None, False, 6, 1, 0), NOW),
        decide(Policy(SCALE), Seen(NOW - 7200, False, 1, 1, 0), NOW),
        decide(Policy(SCALE), Seen(NOW - 7200, None, 6, 1, 0), NOW),
        decide(Policy(SCALE), Seen(NOW - 7200, True, 6, 1, 0), NOW),
        decide(Policy(SCALE), Seen(NOW - 7200, False, 6, 1, None), NOW),
        decide(Policy(SCALE), Seen(NOW - 7200, False, 6, 1, 2), NOW),
        decide(Policy(SCALE), Seen(NOW - 60, False, 6, 1, 0), NOW),
        decide(Policy(SCALE, protected={"office": OFFICE}), IDLE, NOW),
    ]
    assert [one.why for one in whys] == [
        "GPUs work, or there are none",
        "at its minimum of 1",
        "whether telemetry is silent is not known: the alarm blind is not there, or has no data",
        "a source of telemetry is silent",
        "the queue's length is not known",
        "the queue has 2 messages",
        "within the grace time of 30 min",
        "protected: office",
    ]
    assert decide(Policy(SCALE), IDLE, NOW) == Decision(SCALE, "idle for 120 min", 1, 5)


def test_a_protected_time_begins_with_its_first_minute_and_ends_before_its_last() -> None:
    monday = NOW - 9 * 3600

    assert [OFFICE.holds(monday + hours * 3600) for hours in (8 - 1 / 60, 8, 18 - 1 / 60, 18)] == [
        False,
        True,
        True,
        False,
    ]
