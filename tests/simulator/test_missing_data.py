"""The tables of "Configuring how CloudWatch alarms treat missing data", cell by cell.

In the page's notation: 0 is a datapoint below the threshold, X one above it, - one that is missing; newest right.
"""

from __future__ import annotations

import pytest

from cloudwatch_simulator import MetricId, Simulation

METRIC = MetricId.of("Test", "Value")
VALUES = {"0": 0.0, "X": 10.0, "-": None}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
RETAIN = None

# Datapoints, M, and the state under missing, ignore, breaching, notBreaching; N is 3, the evaluation range 5.
TABLE = [
    ("0 - X - X", 3, ("OK", "OK", "OK", "OK")),
    ("0 - - - -", 3, ("OK", "OK", "OK", "OK")),
    ("- - - - -", 3, ("INSUFFICIENT_DATA", RETAIN, "ALARM", "OK")),
    ("0 X X - X", 3, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("- - X - -", 3, ("ALARM", RETAIN, "ALARM", "OK")),
    ("0 - X - X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 0 X 0 X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 - X - -", 2, ("OK", "OK", "ALARM", "OK")),
    ("- - - - 0", 2, ("OK", "OK", "ALARM", "OK")),
    ("- - - X -", 2, ("ALARM", RETAIN, "ALARM", "OK")),
]


def simulation_of(datapoints: str, m: int, treatment: str, before: str, n: int = 3) -> str:
    """The state after one evaluation of some datapoints, by an alarm that was in another state before."""
    simulation = Simulation.from_properties(
        {
            "alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "Test",
                    "MetricName": "Value",
                    "Statistic": "Average",
                    "Period": 60,
                    "EvaluationPeriods": n,
                    "DatapointsToAlarm": m,
                    "Threshold": 5,
                    "ComparisonOperator": "GreaterThanThreshold",
                    "TreatMissingData": treatment,
                },
            }
        }
    )
    points = [VALUES[token] for token in datapoints.split()]
    begin = simulation.start - 60 * (len(points) - 1)
    simulation.put(METRIC, points, begin=begin)
    simulation._engine.set_state("alarm", before, "before the test", simulation.start)
    simulation.run(minutes=1)
    return simulation.states["alarm"].state


@pytest.mark.parametrize("before", ["OK", "ALARM", "INSUFFICIENT_DATA"])
@pytest.mark.parametrize("place", range(4), ids=TREATMENTS)
@pytest.mark.parametrize(("datapoints", "m", "wanted"), TABLE, ids=[f"{m} of 3: {d}" for d, m, _ in TABLE])
def test_documented_cell(datapoints: str, m: int, wanted: tuple[str | None, ...], place: int, before: str) -> None:
    expected = wanted[place] if wanted[place] is not RETAIN else before
    assert simulation_of(datapoints, m, TREATMENTS[place], before) == expected


@pytest.mark.parametrize("datapoints", ["- - - - X", "- - - X -"])
def test_premature_alarm_is_held_back(datapoints: str) -> None:
    """The oldest breaching datapoint must be M datapoints old before missing ones may complete an alarm."""
    assert simulation_of(datapoints, 3, "missing", "OK") == "OK"


def test_zero_is_a_value() -> None:
    """A GPU at 0 % is a reading, not a gap."""
    assert simulation_of("- - 0 0 0", 3, "breaching", "ALARM") == "OK"


def test_enough_real_datapoints_make_the_treatment_irrelevant() -> None:
    states = {simulation_of("X - X - X", 3, treatment, "OK") for treatment in TREATMENTS}
    assert states == {"ALARM"}


def test_metrics_of_dynamodb_are_ignored_when_missing_unless_told_otherwise() -> None:
    properties = {
        "Namespace": "AWS/DynamoDB",
        "MetricName": "ThrottledRequests",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    simulation = Simulation.from_properties(
        {
            "by default": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties},
            "told": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {**properties, "TreatMissingData": "notBreaching"},
            },
        }
    )
    simulation.put(MetricId.of("AWS/DynamoDB", "ThrottledRequests"), [9, 9, 9, None, None, None, None, None, None])
    simulation.run(minutes=9)
    assert {name: state.state for name, state in simulation.states.items()} == {"by default": "ALARM", "told": "OK"}
