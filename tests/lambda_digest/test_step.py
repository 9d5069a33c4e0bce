"""What is said, and when: the pure core, a minute at a time."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alert_digest import rules
from alert_digest.event import read
from alert_digest.message import Message
from alert_digest.policy import Hours, Policy, Route
from alert_digest.state import State
from alert_digest.step import observe, step

from .conftest import NOW, alarm_event

MINUTE, HOUR = 60.0, 3600.0
POLICY = Policy("prod", ("image-api",), (Route("chat", "slack"),))


class Digest:
    """The core with a clock: `at` minutes go by, alarms change, messages are collected."""

    def __init__(self, policy: Policy = POLICY, service: str = "image-api") -> None:
        self.policy, self.service = policy, service
        self.state, self.now = State(), NOW
        self.last: dict[str, tuple[str, float]] = {}

    def change(self, alarm: str, state: str, service: str = "", **more: Any) -> None:
        name = f"prod-{service or self.service}-{alarm}"
        event = read(alarm_event(name, state, self.now, *self.last.get(name, ("OK", NOW - 86400)), **more))
        assert event
        self.state, self.last[name] = observe(self.state, event), (state, self.now)

    def fire(self, *alarms: str, **more: Any) -> None:
        for alarm in alarms:
            self.change(alarm, "ALARM", **more)

    def end(self, *alarms: str, **more: Any) -> None:
        for alarm in alarms:
            self.change(alarm, "OK", **more)

    def run(self, minutes: float) -> list[Message]:
        said = []
        for _ in range(round(minutes)):
            self.now += MINUTE
            self.state, messages = step(self.state, self.now, self.policy)
            said += messages
        return said

    def deliveries(self) -> list[tuple[Message, ...]]:
        """Takes the outbox."""
        found = [delivery.messages for delivery in self.state.outbox]
        self.state = replace(self.state, outbox=())
        return found


def kinds(messages: list[Message]) -> list[str]:
    return [message.kind for message in messages]


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


def test_a_leaf_alone_tells_nobody_and_behind_its_composite_it_is_evidence() -> None:
    digest = Digest()
    digest.fire("queue-age")
    assert digest.run(30) == []
    digest.fire("capacity-starved", alarmRule='ALARM("prod-image-api-queue-age") AND ALARM("prod-image-api-at-max")')
    (message,) = digest.run(2)
    assert [line.id for line in message.evidence] == ["queue-age"]
    assert message.evidence[0].number == "99.5 against 50"


def test_what_machines_ask_for_tells_nobody() -> None:
    digest = Digest()
    digest.fire("deploy-guard")
    assert digest.run(60) == []


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


def test_an_open_page_is_remembered_each_four_hours() -> None:
    digest = Digest()
    digest.fire("users-hurt")
    assert kinds(digest.run(24 * 60 + 2)) == ["firing", *["reminder"] * 6]


def test_what_is_silenced_is_not_repeated() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.run(2)
    digest.fire("users-hurt")
    assert {message.cause for message in digest.run(48 * 60)} == {"users"}


def test_a_ticket_is_remembered_each_day() -> None:
    digest = Digest()
    digest.fire("cost-day")
    assert kinds(digest.run(3 * 24 * 60 + 2)) == ["firing", "reminder", "reminder", "reminder"]


def test_a_dead_agent_silences_what_depends_on_it_and_says_so() -> None:
    digest = Digest()
    digest.fire(
        "paying-for-nothing", "gpu-sick", "agent-silent", "blind", alarmRule='ALARM("prod-image-api-agent-silent")'
    )
    (message,) = digest.run(2)
    assert message.cause == "sight"
    assert message.silenced == ("gpu-sick", "paying-for-nothing")


def test_what_was_silenced_is_told_when_it_outlasts_its_source() -> None:
    digest = Digest()
    digest.fire("users-hurt", "workers-stuck")
    assert [message.cause for message in digest.run(10)] == ["users"]
    digest.end("users-hurt")
    said = digest.run(10)
    assert [(message.cause, message.kind) for message in said] == [("workers", "firing"), ("users", "resolved")]


def test_what_recovers_with_its_source_is_never_told() -> None:
    digest = Digest()
    digest.fire("users-hurt", "workers-stuck")
    digest.run(10)
    digest.end("users-hurt")
    digest.now += 100
    digest.end("workers-stuck")
    # Days later too, when what silenced it is being forgotten.
    assert [message.cause for message in digest.run(6 * 24 * 60)] == ["users"]


def test_an_announced_incident_that_is_silenced_later_still_has_its_end() -> None:
    digest = Digest()
    digest.fire("workers-stuck")
    assert kinds(digest.run(2)) == ["firing"]
    digest.fire("users-hurt")
    digest.run(5)
    digest.end("workers-stuck")
    assert [(message.cause, message.kind) for message in digest.run(6)] == [("workers", "resolved")]


def test_a_muted_alarm_tells_nobody() -> None:
    digest = Digest()
    body = alarm_event("prod-image-api-backlog", "ALARM", NOW)
    body["detail"]["muteDetail"] = {}
    event = read(body)
    assert event
    digest.state = observe(digest.state, event)
    assert digest.run(60) == []


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


def test_past_the_rate_limit_people_get_one_digest_and_nothing_is_lost() -> None:
    services = tuple(f"api-{number}" for number in range(30))
    digest = Digest(Policy("prod", services, (Route("chat", "slack"),)))
    for service in services:
        digest.fire("backlog", "cost-hour", service=service)
    digest.run(2)
    (storm,) = digest.deliveries()
    assert len(storm) == 60
    for service in services:
        digest.end("backlog", "cost-hour", service=service)
    said = digest.run(10)
    assert kinds(said) == ["resolved"] * 60
    (over,) = digest.deliveries()
    assert {message.incident for message in over} == {message.incident for message in storm}


def test_a_long_storm_is_several_digests_and_a_pager_gets_each_incident() -> None:
    services = tuple(f"api-{number}" for number in range(130))
    routes = (Route("chat", "slack"), Route("pager", "pagerduty"))
    digest = Digest(Policy("prod", services, routes))
    for service in services:
        digest.fire("backlog", service=service)
    digest.run(2)
    lengths = {route.name: [len(d.messages) for d in digest.state.outbox if d.route == route.name] for route in routes}
    assert lengths == {"chat": [100, 30], "pager": [1] * 130}


def test_within_the_rate_limit_each_incident_has_its_own_message() -> None:
    services = tuple(f"api-{number}" for number in range(10))
    digest = Digest(Policy("prod", services, (Route("chat", "slack"),)))
    for service in services:
        digest.fire("backlog", service=service)
    digest.run(2)
    assert [len(messages) for messages in digest.deliveries()] == [1] * 10


def test_outside_its_hours_a_route_waits_and_tells_in_the_morning_what_is_left_to_tell() -> None:
    office = Route("office", "email", severities=("ticket",), hours=Hours(zone="Europe/Paris"))
    digest = Digest(Policy("prod", ("image-api",), (office,)))
    digest.now = NOW + 10 * HOUR  # 20:00 in Paris
    digest.fire("backlog", "cost-hour")
    digest.run(60)
    digest.end("backlog")
    digest.run(120)
    assert digest.deliveries() == []
    digest.run(11 * 60)
    told = [message for messages in digest.deliveries() for message in messages]
    assert [(message.cause, message.kind) for message in told] == [("capacity", "passed"), ("money", "firing")]


def test_routes_are_chosen_by_severity_and_service_and_hear_the_end_of_what_they_heard_begin() -> None:
    tickets = Route("tickets", "slack", severities=("ticket",), services=("image-api",))
    pages = Route("pages", "slack", severities=("page",))
    digest = Digest(Policy("prod", ("image-api", "video-api"), (tickets, pages)))
    digest.fire("backlog", service="video-api")
    digest.fire("backlog")
    digest.run(6)
    digest.fire("capacity-starved")
    digest.run(2)
    digest.end("backlog", "capacity-starved")
    digest.run(6)
    got = [(d.route, d.messages[0].service, d.messages[0].kind) for d in digest.state.outbox]
    assert got == [
        ("tickets", "image-api", "firing"),
        ("tickets", "image-api", "changed"),
        ("pages", "image-api", "changed"),
        ("tickets", "image-api", "resolved"),
        ("pages", "image-api", "resolved"),
    ]


def test_a_route_that_is_gone_takes_its_deliveries_along() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.run(2)
    assert digest.state.outbox
    digest.policy = replace(POLICY, routes=())
    digest.run(1)
    assert digest.state.outbox == ()


@pytest.mark.parametrize(("weekday", "hour", "open_"), [(0, 9, True), (0, 8, False), (0, 18, False), (5, 12, False)])
def test_office_hours(weekday: int, hour: int, open_: bool) -> None:
    assert Hours().open_at(NOW + weekday * 86400 + (hour - 9) * HOUR) is open_


def test_an_unknown_zone_is_read_as_utc_rather_than_silencing_people() -> None:
    assert Hours(zone="Europe/Atlantis").open_at(NOW)


def test_a_message_of_an_open_incident_has_no_end() -> None:
    digest = Digest()
    digest.fire("backlog")
    (message,) = digest.run(2)
    assert message.until == inf
