from __future__ import annotations

from typing import Any

import pytest

from alert_digest.event import AlarmEventError, read

from .conftest import NOW, alarm_event

ALARM = "prod-image-api-backlog"


def test_a_state_change_tells_what_is_and_what_was() -> None:
    event = read(alarm_event(ALARM, "ALARM", NOW, "OK", NOW - 600, description="Too much."))
    assert event
    assert (event.alarm, event.state, event.at) == (ALARM, "ALARM", NOW)
    assert (event.previous, event.previous_at) == ("OK", NOW - 600)
    assert event.description == "Too much."
    assert event.number == "99.5 against 50"
    assert not event.muted


def test_the_number_comes_from_the_reason_s_data_when_its_words_have_none() -> None:
    body = alarm_event(ALARM, "ALARM", NOW)
    body["detail"]["state"] |= {
        "reason": "In alarm.",
        "reasonData": '{"recentDatapoints": [1, 17.25], "threshold": 15}',
    }
    event = read(body)
    assert event
    assert event.number == "17.25 against 15"


@pytest.mark.parametrize("data", ["", "not json", "[]", '{"recentDatapoints": [], "threshold": 1}', "{}"])
def test_without_a_number_there_is_none(data: str) -> None:
    body = alarm_event(ALARM, "ALARM", NOW)
    body["detail"]["state"] |= {"reason": "no datapoints were received", "reasonData": data}
    event = read(body)
    assert event
    assert event.number == ""


def test_a_composite_names_the_alarms_that_it_hears_and_not_those_that_must_be_quiet() -> None:
    rule = 'ALARM("prod-a-queue-age") AND (ALARM(prod-a-at-max) OR NOT ALARM("prod-a-agent-silent"))'
    event = read(alarm_event(ALARM, "ALARM", NOW, alarmRule=rule))
    assert event
    assert event.children == ("prod-a-queue-age", "prod-a-at-max")


def test_a_muted_alarm_says_so() -> None:
    body = alarm_event(ALARM, "ALARM", NOW)
    body["detail"]["muteDetail"] = {"mutedBy": "night"}
    event = read(body)
    assert event
    assert event.muted


def configuration_change(operation: str) -> dict[str, Any]:
    return {
        **alarm_event(ALARM, "ALARM", NOW),
        "detail-type": "CloudWatch Alarm Configuration Change",
        "detail": {"alarmName": ALARM, "operation": operation, "configuration": {"description": ""}},
    }


def test_a_deleted_alarm_is_ok_from_then_on() -> None:
    event = read(configuration_change("delete"))
    assert event
    assert (event.state, event.at) == ("OK", NOW)


def test_a_changed_description_is_no_change_of_state() -> None:
    assert read(configuration_change("update")) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"detail-type": "EC2 Instance State-change Notification"}, "detail-type"),
        ({"detail": {}}, "state"),
        ({"detail": None}, "subscriptable"),
        ({"detail": {"alarmName": "a", "state": {"value": "BROKEN", "timestamp": "x"}}}, "BROKEN"),
        ({"detail": {"alarmName": "a", "state": {"value": "OK", "timestamp": "yesterday"}}}, "yesterday"),
    ],
)
def test_what_is_no_alarm_event_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AlarmEventError, match=message):
        read({**alarm_event(ALARM, "ALARM", NOW), **change})
