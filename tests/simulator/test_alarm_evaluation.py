"""How an alarm is evaluated: windows, cadences, late data, percentiles, warm-up, wall-clock windows."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from cloudwatch_simulator import MetricId, Simulation

METRIC = MetricId.of("Test", "Value")
TOPIC = "arn:aws:sns:us-east-1:111122223333:pages"


def alarm(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "Test",
            "MetricName": "Value",
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [TOPIC],
        }
        | properties,
    }


def run(
    values: list[float | None],
    minutes: int,
    *,
    interval: int = 60,
    delay: float = 0,
    start: str | None = None,
    **properties: Any,
) -> Simulation:
    options = {"start": datetime.fromisoformat(start).replace(tzinfo=timezone.utc).timestamp()} if start else {}
    simulation = Simulation.from_properties({"alarm": alarm(**properties)}, **options)
    simulation.put(METRIC, values, interval=interval, delay=delay)
    simulation.run(minutes=minutes)
    return simulation


def changes(simulation: Simulation) -> list[tuple[float, str]]:
    """Minutes after the start, and the state that began then."""
    return [((change.at - simulation.start) / 60, change.new) for change in simulation.transitions]


def test_idle_fleet_pages_when_the_last_of_its_periods_ends() -> None:
    simulation = run([85] * 5 + [0] * 5, 10, EvaluationPeriods=3, Threshold=5, ComparisonOperator="LessThanThreshold")
    assert changes(simulation) == [(1, "OK"), (8, "ALARM")]
    assert simulation.transitions[-1].actions == (TOPIC,)


def test_m_of_n_counts_breaching_datapoints_wherever_they_are() -> None:
    simulation = run([9, 0, 9, 0, 0, 9, 9], 7, EvaluationPeriods=3, DatapointsToAlarm=2)
    assert changes(simulation) == [(2, "OK"), (3, "ALARM"), (4, "OK"), (7, "ALARM")]


def test_periods_longer_than_a_minute_slide_minute_by_minute() -> None:
    """ "Alarm evaluation": with a period of 5 minutes, minutes 1 to 5, then 2 to 6, and so on."""
    simulation = run([0] * 5 + [10] * 10, 15, Period=300, Statistic="Sum", Threshold=25)
    assert changes(simulation) == [(1, "OK"), (8, "ALARM")]


def test_alarms_of_high_resolution_are_evaluated_every_ten_seconds() -> None:
    simulation = run([0] * 6 + [9] * 6, 2, interval=10, Period=10, EvaluationPeriods=2)
    assert changes(simulation) == [(pytest.approx(10 / 60), "OK"), (pytest.approx(80 / 60), "ALARM")]


def test_an_alarm_that_looks_back_more_than_a_day_is_evaluated_every_hour() -> None:
    simulation = run([9] * 60 * 30, 60 * 30, Period=3600, EvaluationPeriods=26, TreatMissingData="notBreaching")
    assert changes(simulation) == [(60, "OK"), (26 * 60, "ALARM")]


@pytest.mark.parametrize(
    ("comparison", "minute"),
    [
        ("GreaterThanThreshold", 4),
        ("GreaterThanOrEqualToThreshold", 3),
        ("LessThanThreshold", 1),
        ("LessThanOrEqualToThreshold", 1),
    ],
)
def test_comparisons(comparison: str, minute: int) -> None:
    simulation = run([0, 4, 5, 6], 4, ComparisonOperator=comparison)
    assert next(at for at, state in changes(simulation) if state == "ALARM") == minute


def test_late_data_is_seen_late_and_missing_until_then() -> None:
    properties = {"EvaluationPeriods": 2, "TreatMissingData": "breaching", "ComparisonOperator": "LessThanThreshold"}
    assert changes(run([9] * 10, 10, **properties)) == [(1, "OK")]
    assert changes(run([9] * 10, 10, delay=120, **properties)) == [(1, "ALARM"), (3, "OK")]


def test_a_report_every_five_minutes_leaves_gaps_for_an_alarm_of_one_minute() -> None:
    simulation = run([9] * 4, 20, interval=300, TreatMissingData="notBreaching")
    assert simulation.state_at("alarm", simulation.start + 240) == "OK"
    assert simulation.state_at("alarm", simulation.start + 300) == "OK"


def test_a_percentile_alarm_reads_the_samples() -> None:
    simulation = Simulation.from_properties({"alarm": alarm(Statistic=None, ExtendedStatistic="p90", Threshold=500)})
    simulation.store.put(METRIC, simulation.start, [100] * 9 + [900])
    simulation.store.put(METRIC, simulation.start + 60, [100] * 5 + [900] * 5)
    simulation.run(minutes=2)
    assert changes(simulation) == [(1, "OK"), (2, "ALARM")]


def test_low_samples_may_be_ignored() -> None:
    """ "Percentile-based alarms and low data samples": p90 needs 100 samples a period."""
    states = {}
    for setting, samples in (("evaluate", 50), ("ignore", 50), ("ignore", 100)):
        simulation = Simulation.from_properties(
            {
                "alarm": alarm(
                    Statistic=None, ExtendedStatistic="p90", Threshold=500, EvaluateLowSampleCountPercentile=setting
                )
            }
        )
        simulation.store.put(METRIC, simulation.start, [900] * samples)
        simulation.run(minutes=1)
        states[setting, samples] = simulation.states["alarm"].state
    assert states == {("evaluate", 50): "ALARM", ("ignore", 50): "INSUFFICIENT_DATA", ("ignore", 100): "ALARM"}


def test_an_alarm_on_another_unit_sees_nothing() -> None:
    simulation = Simulation.from_properties({"alarm": alarm(Unit="Seconds")})
    simulation.put(METRIC, [9] * 5, unit="Milliseconds")
    simulation.run(minutes=5)
    assert simulation.states["alarm"].state == "INSUFFICIENT_DATA"


def test_two_units_and_none_named_is_refused_since_cloudwatch_leaves_it_undefined() -> None:
    simulation = Simulation.from_properties({"alarm": alarm()})
    simulation.put(METRIC, [9] * 5, unit="Milliseconds")
    simulation.put(METRIC, [9] * 5, unit="Seconds")
    simulation.run(minutes=5)
    assert simulation.refused["alarm"].construct == "Unit"


def test_warm_up_holds_an_alarm_in_insufficient_data_until_its_periods_are_filled() -> None:
    """ "Alarm warm-up periods": created at 10:00, first data at 10:04, 3 periods of 5 minutes: evaluated at 10:19."""
    warm = {"WarmUpPeriodDurationInMinutes": 30}
    simulation = run(
        [None] * 4 + [9] * 40,
        40,
        Period=300,
        EvaluationPeriods=3,
        WarmUpConfiguration=warm,
        TreatMissingData="breaching",
        start="2026-01-05T10:00:00",
    )
    assert changes(simulation) == [(19, "ALARM")]


def test_warm_up_ends_when_it_is_over_even_without_data() -> None:
    warm = {"WarmUpPeriodDurationInMinutes": 15}
    simulation = run([], 20, EvaluationPeriods=3, WarmUpConfiguration=warm, TreatMissingData="breaching")
    assert changes(simulation) == [(15, "ALARM")]


def test_strict_warm_up_waits_to_its_end_even_with_data() -> None:
    warm = {"WarmUpPeriodDurationInMinutes": 15, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True}
    simulation = run([9] * 20, 20, WarmUpConfiguration=warm)
    assert changes(simulation) == [(15, "ALARM")]


def test_a_wall_clock_day_is_judged_after_midnight_in_its_own_time_zone() -> None:
    """ "Alarm evaluation window": whole periods of the clock, evaluated every minute on the last that is over."""
    simulation = run(
        [1] * 60 * 40,
        60 * 40,
        Period=86_400,
        Statistic="Sum",
        Threshold=100,
        start="2026-01-05T12:00:00",
        EvaluationWindow={"WallClockWindow": {"Timezone": "America/New_York"}},
        TreatMissingData="notBreaching",
    )
    # Midnight in New York is 05:00 UTC; by the first one 17 hours of 60 were counted.
    assert changes(simulation) == [(1, "OK"), (17 * 60, "ALARM")]


def test_a_wall_clock_day_may_have_twenty_three_hours() -> None:
    simulation = run(
        [1] * 60 * 48,
        60 * 48,
        Period=86_400,
        Statistic="Sum",
        Threshold=23 * 60 + 1,
        start="2026-03-07T05:00:00",
        EvaluationWindow={"WallClockWindow": {"Timezone": "America/New_York"}},
        TreatMissingData="notBreaching",
    )
    # 7 March has 24 hours and 8 March, when clocks go forward, 23: the alarm is over at its end, an hour early.
    assert changes(simulation) == [(1, "OK"), (24 * 60, "ALARM"), (47 * 60, "OK")]


def test_the_reason_of_a_change_is_worded_as_cloudwatch_words_it() -> None:
    simulation = run([0, 7, 8, 9, None, None, None, None, None, None], 10, EvaluationPeriods=3)
    reasons = [change.reason for change in simulation.transitions]
    assert reasons[1] == (
        "Threshold Crossed: 3 out of the last 3 datapoints [9.0 (05/01/26 00:03:00), 8.0 (05/01/26 00:02:00), "
        "7.0 (05/01/26 00:01:00)] were greater than the threshold (5.0) (minimum 3 datapoints for OK -> ALARM "
        "transition)."
    )
    assert reasons[-1] == "Insufficient Data: 3 datapoints were unknown."


def test_the_reason_says_what_was_filled_in() -> None:
    simulation = run([0, 0, 0, 0], 8, EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="breaching")
    assert [change.reason for change in simulation.transitions][2:] == [
        "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (05/01/26 00:03:00)] was not greater than the "
        "threshold (5.0) and 2 missing datapoints were treated as [Breaching] (minimum 2 datapoints for OK -> ALARM "
        "transition)."
    ]
    silent = run([], 1, EvaluationPeriods=3, TreatMissingData="breaching")
    assert silent.transitions[0].reason == (
        "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as "
        "[Breaching]."
    )


def test_actions_run_at_changes_only_and_not_while_they_are_disabled() -> None:
    both = {"AlarmActions": ["arn:alarm"], "OKActions": ["arn:ok"], "InsufficientDataActions": ["arn:none"]}
    values: list[float | None] = [0, 9, 9, 0, None, None, None]
    simulation = run(values, 7, **both)
    assert [change.actions for change in simulation.transitions] == [
        ("arn:ok",),
        ("arn:alarm",),
        ("arn:ok",),
        ("arn:none",),
    ]
    disabled = run(values, 7, ActionsEnabled=False, **both)
    assert {change.actions for change in disabled.transitions} == {()}
    assert changes(disabled) == changes(simulation)
