"""What an incident is, minute by minute: what belongs together, when it begins and when it is over."""

from __future__ import annotations

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from alert_digest import rules
from alert_digest.event import read
from alert_digest.policy import Policy
from alert_digest.state import State
from alert_digest.step import observe, step

from .conftest import NOW, alarm_event
from .core import MINUTE, POLICY, Digest, kinds


def test_alarms_of_one_cause_within_the_window_are_one_message_the_gravest_first() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.now += 20
    digest.fire("capacity-starved")
    (message,) = digest.run(3)
    assert (message.kind, message.incident, message.since) == ("firing", "image-api capacity 1", NOW)
    assert [line.id for line in message.lines] == ["capacity-starved", "backlog"]
    assert message.severity == "page"


def test_causes_and_services_are_told_apart() -> None:
    digest = Digest(Policy("prod", ("image-api", "video-api")))
    digest.fire("backlog", "cost-hour")
    digest.fire("backlog", service="video-api")
    assert sorted(message.incident for message in digest.run(2)) == [
        "image-api capacity 1", "image-api money 1", "video-api capacity 1",
    ]  # fmt: skip


def test_somebody_s_own_alarm_is_told_as_a_ticket_of_its_own_cause() -> None:
    digest = Digest()
    digest.fire("licence-expired")
    (message,) = digest.run(2)
    assert (message.cause, message.severity) == ("licence-expired", "ticket")


def test_an_incident_is_resolved_once_it_has_been_quiet_for_five_minutes() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.run(10)
    digest.end("backlog")
    assert digest.run(4) == []
    (message,) = digest.run(1)
    assert (message.kind, message.until) == ("resolved", NOW + 10 * MINUTE)
    assert digest.run(3 * 24 * 60) == []


def test_a_flapping_alarm_is_one_incident() -> None:
    digest = Digest()
    said = []
    for _ in range(10):
        digest.fire("backlog")
        said += digest.run(2)
        digest.end("backlog")
        said += digest.run(2)
    assert kinds(said + digest.run(5)) == ["firing", "resolved"]


def test_one_that_is_over_before_it_is_told_is_told_in_one_message() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.now += 20
    digest.end("backlog")
    (message,) = digest.run(60)
    assert (message.kind, message.since, message.until) == ("passed", NOW, NOW + 20)


def test_one_whose_begin_never_arrives_is_known_from_its_end() -> None:
    digest = Digest()
    digest.last["prod-image-api-backlog"] = ("ALARM", NOW - 600)
    digest.end("backlog")
    (message,) = digest.run(6)
    assert (message.kind, message.since, message.until) == ("passed", NOW - 600, NOW)


def test_missing_data_is_no_end() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.run(2)
    digest.change("backlog", "INSUFFICIENT_DATA")
    assert digest.run(60) == []
    digest.end("backlog")
    assert kinds(digest.run(6)) == ["resolved"]


def test_an_alarm_that_joins_is_told_after_the_interval_and_a_graver_one_at_once() -> None:
    digest = Digest()
    digest.fire("spot-wave")
    digest.run(2)
    digest.fire("backlog")
    assert digest.run(3) == []
    assert kinds(digest.run(2)) == ["changed"]
    digest.fire("capacity-starved")
    (graver,) = digest.run(1)
    assert (graver.kind, graver.severity) == ("changed", "page")


def test_a_message_of_an_open_incident_has_no_end() -> None:
    digest = Digest()
    digest.fire("backlog")
    (message,) = digest.run(2)
    assert message.until == inf


def test_what_is_long_over_is_forgotten() -> None:
    digest = Digest()
    digest.fire("backlog", "queue-age")
    digest.run(2)
    digest.end("backlog", "queue-age")
    digest.run(5 * 24 * 60)
    assert {len(alarm.facts) for alarm in digest.state.alarms.values()} == {1}
    assert [group.closed for group in digest.state.groups.values()] == [()]


@given(order=st.permutations(range(6)), repeated=st.lists(st.integers(0, 5), max_size=6))
def test_the_order_of_events_within_the_window_changes_nothing(order: list[int], repeated: list[int]) -> None:
    name, times = "prod-image-api-backlog", [NOW + 5 * number for number in range(7)]
    events = [
        read(alarm_event(name, ("OK", "ALARM")[n % 2], times[n], ("ALARM", "OK")[n % 2], times[n - 1]))
        for n in range(1, 7)
    ]
    state = State()
    for number in (*order, *repeated):
        event = events[number]
        assert event
        state = observe(state, event)
    _, messages = step(state, NOW + 1000, POLICY)
    assert [(m.kind, m.since, m.until) for m in messages] == [("passed", times[1], times[6])]


EPISODES = st.lists(
    st.tuples(st.sampled_from(["backlog", "spot-wave", "cost-hour"]), st.integers(1, 400), st.integers(1, 60)),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(episodes=EPISODES)
def test_incidents_are_the_stretches_with_gaps_of_less_than_five_minutes(
    episodes: list[tuple[str, int, int]],
) -> None:
    """Counted the simple way: minute by minute, a group is in alarm or was within the last five."""
    minutes: dict[str, set[int]] = {}
    for alarm, start, length in episodes:
        minutes.setdefault(alarm, set()).update(range(start, start + length))
    digest, said = Digest(), []
    for minute in range(480):
        for alarm, lit in minutes.items():
            if (minute in lit) != (minute - 1 in lit):
                digest.change(alarm, "ALARM" if minute in lit else "OK")
        said += digest.run(1)
    expected = []
    for cause in (rules.CAPACITY, rules.MONEY):
        lit = {minute for alarm, each in minutes.items() if rules.cause(alarm) == cause for minute in each}
        start = None
        for minute in range(481):
            if start is not None and not lit & set(range(minute - 5, minute)):
                expected.append((cause, start, max(m for m in lit if m < minute) + 1))
                start = None
            if minute in lit and start is None:
                start = minute
    ended = [(m.cause, round((m.since - NOW) / 60), round((m.until - NOW) / 60)) for m in said if m.ends]
    assert sorted(ended) == sorted(expected)
