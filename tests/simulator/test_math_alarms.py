"""Alarms on more than one metric: metric math, anomaly bands, Metrics Insights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cloudwatch_simulator import MetricId, Simulation

METRIC = MetricId.of("Test", "Value")


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
        }
        | properties,
    }


def changes_of(simulation: Simulation, minutes: int) -> list[tuple[float, str]]:
    simulation.run(minutes=minutes)
    return changes(simulation)


def changes(simulation: Simulation) -> list[tuple[float, str]]:
    """Minutes after the start, and the state that began then."""
    return [((change.at - simulation.start) / 60, change.new) for change in simulation.transitions]


def math_alarm(expression: str, **properties: Any) -> dict[str, Any]:
    metric = {"Namespace": "Test", "MetricName": "Value"}
    entries = [
        {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": metric, "Stat": "Average", "Period": 60}},
        {"Id": "e1", "Expression": expression},
    ]
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Metrics": entries,
            "EvaluationPeriods": 3,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        | properties,
    }


def test_a_filled_metric_alarms_on_silence() -> None:
    simulation = Simulation.from_properties(
        {"silent": math_alarm("FILL(m1, 0)", Threshold=1, ComparisonOperator="LessThanThreshold")}
    )
    simulation.put(METRIC, [9] * 5 + [None] * 5)
    simulation.run(minutes=10)
    assert simulation.state_at("silent", simulation.start + 8 * 60) == "ALARM"


@pytest.mark.parametrize(("expression", "number"), [("[m1, m2]", 2), ("METRICS() * 2", 2), ("SLICE(METRICS(), 2)", 0)])
def test_an_expression_that_gives_several_series_is_refused_whatever_their_labels(expression: str, number: int) -> None:
    """Both have the label Value, and only the first is above the threshold."""
    simulation = Simulation.from_properties({"hot": two_metrics(expression)})
    simulation.put(METRIC, [9] * 5)
    simulation.put(MetricId.of("Test", "Value", {"Side": "b"}), [1] * 5)
    simulation.run(minutes=5)
    assert f"e1 gives {number} time series; an alarm is on one" in str(simulation.refused["hot"])


def test_an_array_of_one_series_is_that_series() -> None:
    simulation = Simulation.from_properties({"hot": two_metrics("SLICE(METRICS(), 0, 1)")})
    simulation.put(METRIC, [9] * 5)
    assert changes_of(simulation, 5) == [(3, "ALARM")]


def two_metrics(expression: str, **properties: Any) -> dict[str, Any]:
    """The expression first, as it may stand, then the metrics m1 and m2."""
    found = math_alarm(expression, **properties)
    first, own = found["Properties"]["Metrics"]
    metric = {"Namespace": "Test", "MetricName": "Value", "Dimensions": [{"Name": "Side", "Value": "b"}]}
    second = {"Id": "m2", "ReturnData": False, "MetricStat": first["MetricStat"] | {"Metric": metric}}
    found["Properties"]["Metrics"] = [own, first, second]
    return found


def test_low_samples_change_nothing_for_an_alarm_without_a_percentile() -> None:
    """PutMetricAlarm: EvaluateLowSampleCountPercentile is "used only for alarms based on percentiles"."""
    simulation = Simulation.from_properties({"hot": two_metrics("m1 * 2", EvaluateLowSampleCountPercentile="ignore")})
    simulation.put(METRIC, [9] * 5)
    assert changes_of(simulation, 5) == [(3, "ALARM")]


def test_low_samples_ignored_under_an_expression_are_refused_since_no_rule_is_published() -> None:
    found = two_metrics("m1 * 2", EvaluateLowSampleCountPercentile="ignore")
    found["Properties"]["Metrics"][1]["MetricStat"]["Stat"] = "p90"
    refused = Simulation.from_properties({"hot": found}).refused["hot"]
    assert refused.construct == "EvaluateLowSampleCountPercentile"


def test_a_function_of_the_range_sees_what_each_evaluation_fetched() -> None:
    """AVG of a series is over the evaluation range, here 5 minutes, not over all time."""
    simulation = Simulation.from_properties(
        {"spike": math_alarm("m1 - AVG(m1)", EvaluationPeriods=3, DatapointsToAlarm=1)}
    )
    simulation.put(METRIC, [0] * 10 + [10] * 10)
    simulation.run(minutes=20)
    # 10 - 2 = 8 one minute after the rise, 10 - 4 = 6 after two; from three minutes on it is 10 - 6 = 4.
    assert [(at, state) for at, state in changes(simulation) if at > 5] == [(11, "ALARM"), (13, "OK")]


def test_the_band_of_an_anomaly_alarm_is_given() -> None:
    metric = {"Namespace": "Test", "MetricName": "Value"}
    properties = {
        "Metrics": [
            {"Id": "m1", "MetricStat": {"Metric": metric, "Stat": "Average", "Period": 60}},
            {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"},
        ],
        "ThresholdMetricId": "ad1",
        "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
        "EvaluationPeriods": 2,
    }
    simulation = Simulation.from_properties({"odd": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    simulation.put(METRIC, [50] * 5 + [95] * 3 + [50] * 5 + [1] * 3)
    without = Simulation.from_properties({"odd": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    without.put(METRIC, [50] * 5)
    without.run(minutes=5)
    assert without.refused["odd"].construct == "ANOMALY_DETECTION_BAND"
    for bound, value in (("lower", 10), ("upper", 90)):
        simulation.put(MetricId("given", f"ANOMALY_DETECTION_BAND(m1, 2) {bound}"), [value] * 16)
    simulation.run(minutes=16)
    assert changes(simulation) == [(1, "OK"), (7, "ALARM"), (9, "OK"), (15, "ALARM")]


def test_a_bound_that_the_alarm_does_not_use_need_not_be_given() -> None:
    metric = {"Namespace": "Test", "MetricName": "Value"}
    entries = [
        {"Id": "m1", "MetricStat": {"Metric": metric, "Stat": "Average", "Period": 60}},
        {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1)"},
    ]
    properties = {
        "Metrics": entries,
        "ThresholdMetricId": "ad1",
        "ComparisonOperator": "GreaterThanUpperThreshold",
        "EvaluationPeriods": 1,
    }
    simulation = Simulation.from_properties({"high": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    simulation.put(METRIC, "50x3 95x3")
    simulation.put(MetricId("given", "ANOMALY_DETECTION_BAND(m1, 2) upper"), "90x6")
    simulation.run(minutes=6)
    assert changes(simulation) == [(1, "OK"), (4, "ALARM")]


def test_a_composite_cannot_be_trusted_while_an_alarm_below_it_cannot_be_evaluated() -> None:
    page = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": "ALARM(alarm)"}}
    simulation = Simulation.from_properties({"alarm": alarm(), "page": page})
    simulation.put(METRIC, "9x5", unit="Milliseconds")
    simulation.put(METRIC, "9x5", unit="Seconds")
    simulation.run(minutes=5)
    assert simulation.refused["page"].construct == "Unit"
    assert "page" not in simulation.states


def insights(query: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Metrics": [{"Id": "q1", "Expression": query, "Period": 60}],
            "EvaluationPeriods": 2,
            "Threshold": 5,
            "ComparisonOperator": "LessThanThreshold",
            "TreatMissingData": "notBreaching",
        }
        | properties,
    }


def test_a_metrics_insights_alarm_is_in_alarm_while_one_of_its_series_is() -> None:
    query = 'SELECT AVG(gpu) FROM SCHEMA("CWAgent", InstanceId) GROUP BY InstanceId'
    simulation = Simulation.from_properties({"straggler": insights(query)})
    for instance, values in (("i-a", [80] * 20), ("i-b", [80] * 5 + [0] * 5)):
        simulation.put(MetricId.of("CWAgent", "gpu", {"InstanceId": instance}), values)
    simulation.run(minutes=20)
    # i-b is idle from minute 5 and stops at 10; its last two datapoints stay in the range of four until minute 12.
    assert changes(simulation) == [(1, "OK"), (7, "ALARM"), (13, "OK")]
    assert simulation.transitions[1].reason.startswith("i-b: Threshold Crossed: 2 out of the last 2 datapoints")


@pytest.mark.parametrize("order", ["", " ORDER BY AVG() DESC"])
def test_a_metrics_insights_alarm_sees_a_late_report_when_it_comes(order: str) -> None:
    """i-a reports at once; what i-b says of minute 5 is seen two minutes later than it would be."""
    query = f'SELECT AVG(gpu) FROM SCHEMA("CWAgent", InstanceId) GROUP BY InstanceId{order}'
    raised = {}
    for delay in (0, 120):
        simulation = Simulation.from_properties({"straggler": insights(query, EvaluationPeriods=3)})
        simulation.put(MetricId.of("CWAgent", "gpu", {"InstanceId": "i-a"}), [80] * 20)
        simulation.put(MetricId.of("CWAgent", "gpu", {"InstanceId": "i-b"}), [80] * 5 + [0] * 15, delay=delay)
        raised[delay] = [at for at, state in changes_of(simulation, 20) if state == "ALARM"]
    assert raised == {0: [8], 120: [10]}


def test_one_series_of_metrics_that_come_at_different_times_holds_what_is_seen_of_each() -> None:
    query = 'SELECT SUM(images) FROM SCHEMA("Fleet", Worker)'
    alarm_on = insights(query, EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", Threshold=15)
    simulation = Simulation.from_properties({"many": alarm_on})
    simulation.put(MetricId.of("Fleet", "images", {"Worker": "a"}), [10] * 10)
    simulation.put(MetricId.of("Fleet", "images", {"Worker": "b"}), [10] * 10, delay=60)
    seen = simulation.slots("many", np.array([simulation.start + 180]))
    assert seen.series[""].tolist() == [[20.0, 20.0, 10.0]]


def test_an_alarm_on_more_series_than_a_query_returns_is_refused() -> None:
    simulation = Simulation.from_properties({"many": insights("SELECT AVG(gpu) FROM CWAgent GROUP BY Id")})
    for number in range(501):
        simulation.put(MetricId.of("CWAgent", "gpu", {"Id": str(number)}), [80])
    simulation.run(minutes=1)
    assert "501 series" in str(simulation.refused["many"])


def test_a_metrics_insights_alarm_without_any_series_has_insufficient_data() -> None:
    query = 'SELECT AVG(gpu) FROM SCHEMA("CWAgent", InstanceId) GROUP BY InstanceId'
    simulation = Simulation.from_properties({"straggler": insights(query, TreatMissingData="breaching")})
    simulation.run(minutes=5)
    assert simulation.states["straggler"].state == "INSUFFICIENT_DATA"


def test_warm_up_does_not_end_on_data_that_nobody_has_seen_yet() -> None:
    """A filled expression always has datapoints; the report of the first minute is seen when that is over."""
    warm = math_alarm("FILL(m1, 0)", EvaluationPeriods=1, WarmUpConfiguration={"WarmUpPeriodDurationInMinutes": 5})
    warm["Properties"]["Metrics"][0]["MetricStat"]["Period"] = 10
    simulation = Simulation.from_properties({"warm": warm})
    simulation.put(METRIC, "9x3")
    simulation.run(minutes=3)
    assert changes(simulation)[0] == (1, "OK")
