"""Composite alarms, their suppressors, and mute rules."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest

from cloudwatch_simulator import AlarmSet, MetricId, Simulation, Unsupported
from cloudwatch_simulator.alarms.cron import Cron
from cloudwatch_simulator.alarms.rule import CODE, parse_rule

PAGE, DONE = "arn:page", "arn:done"


def leaf(name: str) -> dict[str, Any]:
    """An alarm that is in ALARM in the minutes in which its metric is above 0."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "Test",
            "MetricName": name,
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    }


def composite(rule: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {"AlarmRule": rule, "AlarmActions": [PAGE], "OKActions": [DONE]} | properties,
    }


def run(alarms: dict[str, Any], minutes: int, start: str | None = None, **series: str) -> Simulation:
    """``series`` has a letter a minute: X in alarm, anything else not."""
    options = {"start": datetime.fromisoformat(start).replace(tzinfo=timezone.utc).timestamp()} if start else {}
    simulation = Simulation.from_properties({name: leaf(name) for name in series} | alarms, **options)
    for name, letters in series.items():
        simulation.put(MetricId.of("Test", name), [1.0 if letter == "X" else 0.0 for letter in letters])
    simulation.run(minutes=minutes)
    return simulation


def told(simulation: Simulation, name: str = "page") -> list[tuple[float, str]]:
    """Minutes at which actions ran, and for which state."""
    return [
        ((change.at - simulation.start) / 60, change.new)
        for change in simulation.transitions
        if change.alarm == name and change.actions
    ]


STATES = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", "a b": "ALARM"}


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("ALARM(a)", True),
        ("OK(a)", False),
        ("INSUFFICIENT_DATA(c)", True),
        ('ALARM("a b")', True),
        ("TRUE", True),
        ("FALSE", False),
        ("NOT ALARM(a)", False),
        ("ALARM(a) AND ALARM(b)", False),
        ("ALARM(a) OR ALARM(b)", True),
        ("ALARM(a) AND NOT ALARM(b)", True),
        ("ALARM(b) OR ALARM(a) AND ALARM(b)", False),
        ("(ALARM(b) OR ALARM(a)) AND OK(b)", True),
        ("NOT (ALARM(a) AND OK(b))", False),
        ("ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:a)", True),
        ("AT_LEAST(1, ALARM, (a, b, c))", True),
        ("AT_LEAST(2, ALARM, (a, b, c))", False),
        ("AT_LEAST(2, NOT ALARM, (a, b, c))", True),
        ("AT_LEAST(50%, OK, (a, b))", True),
        ("AT_LEAST(51%, OK, (a, b))", False),
    ],
)
def test_rule(rule: str, wanted: bool) -> None:
    states = {name: np.array([CODE[state]], dtype=np.int8) for name, state in STATES.items()}
    assert parse_rule(rule).holds(states, (1,)).tolist() == [wanted]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "ALARM",
        "ALARM(a",
        "ALARM(a) AND",
        "ALARM(a) ALARM(b)",
        "alarm(a)",
        "AT_LEAST(1)",
        "ALARM()",
        "ALARM(a b)",
        "AT_LEAST(x, ALARM, (a))",
    ],
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(Unsupported, match="AlarmRule"):
        parse_rule(rule)


def test_composites_of_composites_change_in_the_same_minute() -> None:
    simulation = run(
        {"top": composite("ALARM(middle)"), "middle": composite("ALARM(a) AND ALARM(b)")}, 5, a="..XXX", b="...XX"
    )
    changed = {change.alarm: change.at for change in simulation.transitions if change.new == "ALARM"}
    assert changed["middle"] == changed["top"] == simulation.start + 240
    assert "b transitioned to ALARM at Monday 05 January, 2026 00:04:00 UTC" in next(
        change.reason for change in simulation.transitions if change.alarm == "middle" and change.new == "ALARM"
    )


def test_a_composite_that_names_no_alarm_of_the_template_is_refused() -> None:
    alarms = AlarmSet.from_properties({"page": composite("ALARM(nobody)"), "above": composite("ALARM(page)")})
    assert "nobody" in str(alarms.refused["page"])
    assert "nobody" in str(alarms.refused["above"])


def test_composites_in_a_cycle_are_refused() -> None:
    alarms = AlarmSet.from_properties({"one": composite("ALARM(two)"), "two": composite("ALARM(one)")})
    assert "cycle" in str(alarms.refused["one"])


SUPPRESSED = {"ActionsSuppressor": "s", "ActionsSuppressorWaitPeriod": 120, "ActionsSuppressorExtensionPeriod": 180}


@pytest.mark.parametrize(
    ("case", "a", "s", "wanted"),
    [
        ("the wait passes and the suppressor stays OK", "..XXXXXX", "........", [(5, "ALARM")]),
        ("the suppressor follows within the wait", "..XXXXXX", "...XXXXX", []),
        ("the suppressor was there first", "..XXXXXX", ".XXXXXXX", []),
        ("the suppressor leaves and the extension passes", "..XXXXXXXX", ".XXX......", [(8, "ALARM")]),
        ("all is well before the extension is over", "..XXXX....", ".XXX......", []),
        ("it was over before the wait was", "..X.......", "..........", []),
        ("the end is told as well", "..XXXXX...", "..........", [(5, "ALARM"), (8, "OK")]),
        ("the end is told after the extension", "XXXXX......", "...XXX.....", [(3, "ALARM"), (10, "OK")]),
    ],
)
def test_suppression(case: str, a: str, s: str, wanted: list[tuple[int, str]]) -> None:
    """ "Suppressing composite alarm actions": wait for the suppressor, and wait again after it has gone."""
    simulation = run({"page": composite("ALARM(a)", **SUPPRESSED)}, len(a), a=a, s=s)
    assert [(at, state) for at, state in told(simulation) if not (state == "OK" and at == 1)] == wanted, case


def test_a_composite_is_refused_when_its_suppressor_turns_out_not_to_be_evaluable() -> None:
    """Whether actions run depends on the suppressor, though the state does not."""
    alarms = {"a": leaf("a"), "s": leaf("s"), "free": composite("ALARM(a)")}
    simulation = Simulation.from_properties(alarms | {"page": composite("ALARM(a)", **SUPPRESSED)})
    simulation.put(MetricId.of("Test", "a"), [1.0] * 5)
    for unit in ("Seconds", "Milliseconds"):
        simulation.put(MetricId.of("Test", "s"), [1.0] * 5, unit=unit)
    simulation.run(minutes=5)
    assert set(simulation.refused) == {"s", "page"}
    assert str(simulation.refused["page"]).startswith("Unit: s is refused: ")


def test_a_late_notice_is_a_transition_from_a_state_to_itself() -> None:
    simulation = run({"page": composite("ALARM(a)", **SUPPRESSED)}, 8, a="..XXXXXX", s="........")
    late = next(change for change in simulation.transitions if change.actions == (PAGE,))
    assert (late.old, late.new) == ("ALARM", "ALARM")
    assert late.reason.startswith("a transitioned to ALARM")


def mute(expression: str, duration: str, *alarms: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::AlarmMuteRule",
        "Properties": {
            "Rule": {"Schedule": {"Expression": expression, "Duration": duration} | properties.pop("schedule", {})},
            "MuteTargets": {"AlarmNames": list(alarms)},
        }
        | properties,
    }


def test_a_muted_alarm_changes_state_but_tells_nobody_until_the_rule_ends() -> None:
    """ "Alarm mute rules": actions run after the window if the alarm is then still in its state."""
    rule = mute("at(2026-01-05T00:02)", "PT5M", "page")
    still = run({"page": composite("ALARM(a)"), "maintenance": rule}, 10, a="..XXXXXXXX")
    assert told(still) == [(1, "OK"), (7, "ALARM")]
    over = run({"page": composite("ALARM(a)"), "maintenance": rule}, 10, a="..XXX.....")
    assert told(over) == [(1, "OK")]
    assert [change.new for change in over.transitions if change.alarm == "page"] == ["OK", "ALARM", "OK"]


def test_a_mute_rule_spares_the_alarms_that_it_does_not_name() -> None:
    rule = mute("at(2026-01-05T00:02)", "PT5M", "page")
    alarms = {"page": composite("ALARM(a)"), "other": composite("ALARM(a)"), "maintenance": rule}
    simulation = run(alarms, 10, a="..XXXXXXXX")
    assert told(simulation, "other") == [(1, "OK"), (3, "ALARM")]
    assert told(simulation, "page") == [(1, "OK"), (7, "ALARM")]


def test_a_mute_rule_follows_its_time_zone_and_ends_with_its_expiry() -> None:
    night = mute(
        "cron(0 22 * * MON-FRI)",
        "PT2H",
        "page",
        schedule={"Timezone": "Europe/Berlin"},
        ExpireDate="2026-01-06T00:00:00Z",
    )
    alarms = {"page": composite("ALARM(a)"), "night": night}
    # 21:00 UTC on a Monday is 22:00 in Berlin.
    assert told(run(alarms, 6, "2026-01-05T21:00:00", a="..XXXX")) == []
    assert (3, "ALARM") in told(run(alarms, 6, "2026-01-05T23:00:00", a="..XXXX"))
    assert (3, "ALARM") in told(run(alarms, 6, "2026-01-06T21:00:00", a="..XXXX"))


@pytest.mark.parametrize(
    ("cron", "moment", "wanted"),
    [
        ("0 2 * * *", "2026-01-05T02:00", True),
        ("0 2 * * *", "2026-01-05T02:01", False),
        ("*/15 * * * *", "2026-01-05T02:45", True),
        ("0 0 1 * *", "2026-02-01T00:00", True),
        ("0 0 * * 0", "2026-01-04T00:00", True),
        ("0 0 * * 7", "2026-01-04T00:00", True),
        ("0 0 * JAN,MAR MON-WED", "2026-01-07T00:00", True),
        ("0 0 * FEB *", "2026-01-07T00:00", False),
        ("0 0 13 * FRI", "2026-01-13T00:00", True),
        ("0 0 13 * FRI", "2026-01-09T00:00", True),
    ],
)
def test_cron(cron: str, moment: str, wanted: bool) -> None:
    assert Cron.parse(cron).matches(np.array([moment], dtype="datetime64[m]")).tolist() == [wanted]


@pytest.mark.parametrize(
    ("expression", "duration"),
    [
        ("rate(1 day)", "PT1H"),
        ("cron(0 2 * *)", "PT1H"),
        ("cron(61 * * * *)", "PT1H"),
        ("at(tomorrow)", "PT1H"),
        ("cron(0 2 * * *)", "1h"),
        ("cron(0 2 * * *)", "P16D"),
        ("cron(0 0 L * *)", "PT1H"),
    ],
)
def test_what_is_no_schedule_is_refused(expression: str, duration: str) -> None:
    assert "mute" in AlarmSet.from_properties({"mute": mute(expression, duration)}).refused
