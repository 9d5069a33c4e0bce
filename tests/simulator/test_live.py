"""Live evaluation is the batch's, step by step."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwatch_simulator import AlarmSet, LiveEvaluation, MetricId, MetricStore, Simulation

START = 1_767_571_200.0
NAMES = ("a", "b")


def metric(name: str) -> dict[str, Any]:
    return {"Namespace": "Test", "MetricName": name}


def stat(name: str, period: int, statistic: str) -> dict[str, Any]:
    found = {"Metric": metric(name), "Stat": statistic, "Period": period}
    return {"Id": name, "ReturnData": False, "MetricStat": found}


EXPRESSIONS = (
    "a + b",
    "IF(a > 3, b, 1)",
    "FILL(a, 0) + FILL(b, REPEAT)",
    "a - AVG(a)",
    "RATE(a) * 60",
    "MAX([a, b])",
    "a / b",
    "FILL(b, LINEAR)",
)


@st.composite
def metric_alarms(draw: st.DrawFn) -> dict[str, Any]:
    """Any alarm on one or two of the metrics."""
    period = draw(st.sampled_from([10, 30, 60, 60, 120, 300]))
    periods = draw(st.integers(1, 5))
    properties: dict[str, Any] = {
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": draw(st.integers(1, periods)),
        "Threshold": draw(st.sampled_from([0, 2, 5])),
        "ComparisonOperator": draw(st.sampled_from(["GreaterThanThreshold", "LessThanOrEqualToThreshold"])),
        "TreatMissingData": draw(st.sampled_from(["missing", "ignore", "breaching", "notBreaching"])),
        "AlarmActions": ["arn:page"],
        "OKActions": ["arn:done"],
    }
    if draw(st.booleans()):
        properties |= metric(draw(st.sampled_from(NAMES))) | {
            "Period": period,
            "Statistic": draw(st.sampled_from(["Sum", "Average", "Minimum", "SampleCount"])),
        }
    else:
        statistic = draw(st.sampled_from(["Sum", "Maximum", "p50"]))
        properties["Metrics"] = [
            stat("a", period, statistic),
            stat("b", period, statistic),
            {"Id": "e", "Expression": draw(st.sampled_from(EXPRESSIONS))},
        ]
    if draw(st.integers(0, 4)) == 0:
        properties["WarmUpConfiguration"] = {
            "WarmUpPeriodDurationInMinutes": draw(st.integers(1, 10)),
            "OnlyStartEvaluatingAfterWarmUpPeriodEnds": draw(st.booleans()),
        }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


@st.composite
def alarm_sets(draw: st.DrawFn) -> dict[str, Any]:
    alarms = {f"leaf{number}": draw(metric_alarms()) for number in range(3)}
    suppress = {
        "ActionsSuppressor": "leaf2",
        "ActionsSuppressorWaitPeriod": draw(st.sampled_from([0, 60, 120])),
        "ActionsSuppressorExtensionPeriod": draw(st.sampled_from([0, 60, 180])),
    }
    alarms["top"] = {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {
            "AlarmRule": draw(st.sampled_from(["ALARM(leaf0) OR ALARM(leaf1)", "ALARM(leaf0) AND NOT OK(leaf1)"])),
            "AlarmActions": ["arn:page"],
            "OKActions": ["arn:done"],
            **suppress,
        },
    }
    alarms["mute"] = {
        "Type": "AWS::CloudWatch::AlarmMuteRule",
        "Properties": {
            "Rule": {"Schedule": {"Expression": "at(2026-01-05T00:10)", "Duration": "PT6M"}},
            "MuteTargets": {"AlarmNames": ["top", "leaf0"]},
        },
    }
    return alarms


series = st.lists(st.one_of(st.none(), st.integers(0, 8)), min_size=1, max_size=40)


@settings(max_examples=50, deadline=None)
@given(alarm_sets(), series, series, st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_live_states_and_actions_equal_the_batch(
    alarms: dict[str, Any], a: list[int | None], b: list[int | None], paces: list[int]
) -> None:
    """Whatever the pace of the steps, with every report put in just before its minute is evaluated."""
    batch = Simulation.from_properties(alarms, start=START)
    for name, values in (("a", a), ("b", b)):
        batch.put(MetricId.of("Test", name), values)
    batch.run(minutes=45)

    store = MetricStore()
    live = LiveEvaluation(AlarmSet.from_properties(alarms), store, now=START)
    found, minute, turn = [], 0, 0
    while minute < 45:
        ahead = min(paces[turn % len(paces)], 45 - minute)
        turn += 1
        # Alarms of high resolution look into the middle of a minute: there the report has to wait for its end.
        for _ in range(ahead):
            found += live.step(START + 60 * minute + 59)
            for name, values in (("a", a), ("b", b)):
                value = values[minute] if minute < len(values) else None
                if value is not None:
                    store.put(MetricId.of("Test", name), START + 60 * minute, [value])
            minute += 1
            found += live.step(START + 60 * minute)
    assert found == batch.transitions
    assert [change.reason for change in found] == [change.reason for change in batch.transitions]
    assert {name: state.state for name, state in live.states.items()} == {
        name: state.state for name, state in batch.states.items()
    }


ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": metric("a")
    | {
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "AlarmActions": ["arn:page"],
        "ComparisonOperator": "GreaterThanThreshold",
    },
}
TOP = {
    "Type": "AWS::CloudWatch::CompositeAlarm",
    "Properties": {"AlarmRule": "ALARM(leaf)", "AlarmActions": ["arn:top"]},
}


def live_on(store: MetricStore) -> LiveEvaluation:
    return LiveEvaluation(AlarmSet.from_properties({"leaf": ALARM, "top": TOP}), store, now=START)


def test_steps_that_were_skipped_are_made_up_for_at_their_own_minutes() -> None:
    store = MetricStore()
    live = live_on(store)
    for minute, value in enumerate([0, 9, 9, 0]):
        store.put(MetricId.of("Test", "a"), START + 60 * minute, [value])
    assert [((change.at - START) / 60, change.alarm, change.new) for change in live.step(START + 240)] == [
        (1, "leaf", "OK"),
        (1, "top", "OK"),
        (2, "leaf", "ALARM"),
        (2, "top", "ALARM"),
        (4, "leaf", "OK"),
        (4, "top", "OK"),
    ]
    assert live.step(START + 240) == []


def test_a_state_that_was_set_reaches_composites_at_once_and_lasts_until_the_next_evaluation() -> None:
    store = MetricStore()
    live = live_on(store)
    store.put(MetricId.of("Test", "a"), START, [0])
    live.step(START + 60)
    drill = live.set_state("leaf", "ALARM", "fire drill", START + 75)
    assert [(change.alarm, change.new, change.actions) for change in drill] == [
        ("leaf", "ALARM", ("arn:page",)),
        ("top", "ALARM", ("arn:top",)),
    ]
    assert drill[0].reason == "fire drill"
    store.put(MetricId.of("Test", "a"), START + 60, [0])
    assert [(change.alarm, change.new) for change in live.step(START + 120)] == [("leaf", "OK"), ("top", "OK")]


def test_replaced_alarms_keep_the_state_of_their_name() -> None:
    store = MetricStore()
    live = live_on(store)
    store.put(MetricId.of("Test", "a"), START, [9])
    live.step(START + 60)
    since = live.states["leaf"].since
    stricter = {**ALARM, "Properties": {**ALARM["Properties"], "Threshold": 7}}
    live.replace(AlarmSet.from_properties({"leaf": stricter, "new": ALARM}))
    assert live.states["leaf"].state == "ALARM"
    assert live.states["leaf"].since == since
    assert live.states["new"].state == "INSUFFICIENT_DATA"
    assert "top" not in live.states


def test_an_alarm_that_cannot_be_evaluated_keeps_its_state_and_says_why() -> None:
    store = MetricStore()
    live = live_on(store)
    store.put(MetricId.of("Test", "a"), START, [9], unit="Count")
    live.step(START + 60)
    store.put(MetricId.of("Test", "a"), START + 60, [0], unit="Seconds")
    assert live.step(START + 120) == []
    assert live.states["leaf"].state == "ALARM"
    assert live.refused["leaf"].construct == "Unit"


def test_reports_from_many_threads_all_arrive() -> None:
    store = MetricStore()
    target = MetricId.of("Test", "a")

    def report() -> None:
        for minute in range(50):
            store.put(target, START + 60 * minute, [1])
            store.statistic(target, "Sum", 60, START, START + 3000)

    threads = [threading.Thread(target=report) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.unique(store.statistic(target, "Sum", 60, START, START + 3000)[1]).tolist() == [8.0]
