"""How settings change an alarm."""

from __future__ import annotations

from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.alarms.expression import any_of
from diffusionwatch_cdk.alarms.text import composite_text


def only(watched, alarm: str):
    found = define(watched).alarm(alarm)
    assert found is not None
    return found


def test_a_threshold_replaces_the_default_in_number_and_text(watch) -> None:
    alarm = only(watch(alarms={"error-rate": {"threshold": 2}}), "error-rate")

    assert alarm.properties["Threshold"] == 2
    assert "above 2 percent of requests" in alarm.properties["AlarmDescription"]


def test_a_composite_says_the_numbers_of_the_alarms_that_it_asks(watch) -> None:
    definition = define(watch(alarms={"request-stuck": {"threshold": 120_000}}))
    (stuck,) = [one for one in definition.composites if one.rule.id == "workers-stuck"]

    when = stuck.properties["AlarmDescription"].split("When: ")[1].split("\n")[0]

    assert "request-stuck (above 2 minutes of age)" in when
    assert "and not agent-silent" in when


def test_a_composite_of_many_alarms_names_them_without_their_numbers(watch) -> None:
    definition = define(watch())
    rule = next(one.rule for one in definition.composites if one.rule.id == "blind")
    asked = any_of(*(alarm.rule.id for alarm in definition.alarms))
    numbers = {alarm.rule.id: "above a hundred percent of something" for alarm in definition.alarms}

    text = composite_text(rule, watch(), asked, numbers)

    assert "error-rate or " in text
    assert "something" not in text


def test_the_threshold_of_a_condition_goes_into_its_expression(watch) -> None:
    alarm = only(watch(alarms={"gpu-idle-with-work": {"threshold": 12}}), "gpu-idle-with-work")

    assert "< 12" in alarm.measure.expression
    assert alarm.properties["Threshold"] == 1


def test_a_cost_threshold_is_a_multiple_of_the_plan(watch) -> None:
    assert only(watch(usd_per_hour=2.0), "cost-hour").properties["Threshold"] == 1.2 * 4 * 2.0


def test_periods_alone_ask_for_all_of_them(watch) -> None:
    alarm = only(watch(alarms={"error-rate": {"periods": 6}}), "error-rate")

    assert (alarm.datapoints, alarm.periods) == (6, 6)


def test_a_severity_lets_a_leaf_speak_for_itself(watch) -> None:
    alarm = only(watch(alarms={"queue-age": {"severity": "ticket"}}), "queue-age")

    assert alarm.properties["AlarmActions"] == ["arn:aws:sns:us-east-1:111122223333:diffusionwatch-prod-ticket"]


def test_an_alarm_that_is_switched_off_leaves_its_reason_and_its_composites_go_on(watch) -> None:
    definition = define(watch(alarms={"request-stuck": {"enabled": False, "reason": "Videos take an hour here."}}))
    stuck = next(one for one in definition.composites if one.rule.id == "workers-stuck")

    assert definition.alarm("request-stuck") is None
    assert definition.switched_off == {"request-stuck": "Videos take an hour here."}
    assert "request-stuck" not in stuck.properties["AlarmRule"]
    assert "workers-missing" in stuck.properties["AlarmRule"]


def test_a_composite_whose_every_part_is_off_goes_too(watch) -> None:
    off = {"enabled": False, "reason": "Spot batch fleet, idle by design."}
    definition = define(watch(alarms={"gpu-idle-no-work": off}))

    assert "paying-for-nothing" not in [one.rule.id for one in definition.composites]


def test_a_fleet_without_a_queue_has_no_queue_alarms(watch) -> None:
    ids = {alarm.rule.id for alarm in define(watch(queue=None, dead_letter_queue=None)).alarms}

    assert "error-rate" in ids
    assert not ids & {"queue-age", "backlog", "stalled", "dlq-not-empty", "gpu-idle-with-work"}
