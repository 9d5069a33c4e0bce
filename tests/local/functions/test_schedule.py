"""When rate(), cron() and at() fire."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_local.functions.schedule import ScheduleError, parse


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


def following(expression: str, after: str, zone: str = "UTC") -> str | None:
    moment = parse(expression, created=at("2026-01-05"), timezone=zone)(at(after))
    return None if moment is None else datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("rate(5 minutes)", "2026-01-05T00:00", "2026-01-05T00:05"),
        ("rate(5 minutes)", "2026-01-05T00:04:59", "2026-01-05T00:05"),
        ("rate(1 hour)", "2026-01-05T00:30", "2026-01-05T01:00"),
        ("rate(7 days)", "2026-01-05T00:30", "2026-01-12T00:00"),
        ("cron(0 12 * * ? *)", "2026-01-05T12:00", "2026-01-06T12:00"),
        ("cron(0/15 8-17 ? * MON-FRI *)", "2026-01-09T17:46", "2026-01-12T08:00"),
        ("cron(5,35 14 ? * 2 *)", "2026-01-05T00:00", "2026-01-05T14:05"),
        ("cron(0 9 1 * ? *)", "2026-01-05T00:00", "2026-02-01T09:00"),
        ("cron(0 9 L * ? *)", "2026-02-01T00:00", "2026-02-28T09:00"),
        ("cron(0 9 31W * ? *)", "2026-01-05T00:00", "2026-01-30T09:00"),
        ("cron(0 9 ? * 6L *)", "2026-01-05T00:00", "2026-01-30T09:00"),
        ("cron(0 9 ? * 2#1 *)", "2026-01-05T10:00", "2026-02-02T09:00"),
        ("cron(0 0 1 JAN ? 2027)", "2026-01-05T00:00", "2027-01-01T00:00"),
        ("cron(0 0 1 1 ? 2020)", "2026-01-05T00:00", None),
        ("at(2026-01-06T10:00:00)", "2026-01-05T00:00", "2026-01-06T10:00"),
        ("at(2026-01-06T10:00:00)", "2026-01-06T10:00", None),
    ],
)
def test_next_firing(expression: str, after: str, expected: str | None) -> None:
    assert following(expression, after) == expected


def test_a_schedule_keeps_to_its_time_zone() -> None:
    assert following("cron(0 9 * * ? *)", "2026-07-01T00:00", "Europe/Berlin") == "2026-07-01T07:00"
    assert following("at(2026-01-06T10:00:00)", "2026-01-05T00:00", "Asia/Tokyo") == "2026-01-06T01:00"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("every(5 minutes)", "neither rate"),
        ("rate(0 minutes)", "neither rate"),
        ("cron(0 12 * * * *)", "exactly one of day-of-month and day-of-week"),
        ("cron(61 12 * * ? *)", "61 in a cron field is not between 0 and 59"),
        ("cron(0 12 ? * FUNDAY *)", "'FUNDAY' in a cron field"),
        ("at(tomorrow)", "yyyy-mm-ddThh:mm:ss"),
    ],
)
def test_a_bad_expression_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        parse(expression, created=0.0)


@given(st.integers(1, 59), st.integers(0, 23), st.floats(at("2026-01-01"), at("2027-01-01")))
def test_a_daily_cron_fires_within_a_day_and_at_its_minute(minute: int, hour: int, after: float) -> None:
    moment = parse(f"cron({minute} {hour} * * ? *)", created=0.0)(after)
    assert moment is not None
    assert after < moment <= after + 86400
    told = datetime.fromtimestamp(moment, timezone.utc)
    assert (told.hour, told.minute, told.second) == (hour, minute, 0)


def test_in_the_hour_that_comes_twice_a_schedule_runs_once_and_time_never_goes_back() -> None:
    half_hours, fired = "cron(*/30 * * * ? *)", ["2026-11-01T04:30"]  # half past midnight in New York
    while fired[-1] < "2026-11-01T08:00":
        fired.append(following(half_hours, fired[-1], "America/New_York") or "never")

    assert [moment[-5:] for moment in fired] == ["04:30", "05:00", "05:30", "07:00", "07:30", "08:00"]
    assert following(half_hours, "2026-11-01T06:02", "America/New_York") == "2026-11-01T07:00"  # 01:02 once more


def test_a_time_that_the_clocks_skip_has_no_run() -> None:
    assert following("cron(30 2 * * ? *)", "2026-03-28T12:00", "Europe/Paris") == "2026-03-30T00:30"


def test_a_daily_schedule_keeps_its_hour_on_the_wall() -> None:
    assert following("cron(0 9 * * ? *)", "2026-10-31T13:00", "America/New_York") == "2026-11-01T14:00"
