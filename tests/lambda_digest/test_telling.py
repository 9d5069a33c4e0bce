"""Who hears of an incident, and when: severities, silence, reminders, rates, hours and routes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alert_digest.event import read
from alert_digest.policy import Hours, Policy, Route
from alert_digest.step import observe

from .conftest import NOW, alarm_event
from .core import POLICY, Digest, kinds

HOUR = 3600.0


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


def test_an_open_page_is_remembered_each_four_hours() -> None:
    digest = Digest()
    digest.fire("users-hurt")
    assert kinds(digest.run(24 * 60 + 2)) == ["firing", *["reminder"] * 6]


def test_a_ticket_is_remembered_each_day() -> None:
    digest = Digest()
    digest.fire("cost-day")
    assert kinds(digest.run(3 * 24 * 60 + 2)) == ["firing", "reminder", "reminder", "reminder"]


def test_what_is_silenced_is_not_repeated() -> None:
    digest = Digest()
    digest.fire("backlog")
    digest.run(2)
    digest.fire("users-hurt")
    assert {message.cause for message in digest.run(48 * 60)} == {"users"}


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
