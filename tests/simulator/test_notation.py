"""The shorthand of scenarios: series, times, keys."""

from __future__ import annotations

import numpy as np
import pytest

from cloudwatch_simulator import ScenarioError
from cloudwatch_simulator.metrics import parse_key
from cloudwatch_simulator.notation import Group, Points, StatisticSet
from cloudwatch_simulator.scenario.times import seconds


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5", [5]),
        ("5x3", [5, 5, 5]),
        ("0+2x4", [0, 2, 4, 6]),
        ("100-5x3", [100, 95, 90]),
        ("-5", [-5]),
        ("-1-1x2", [-1, -2]),
        ("_", [np.nan]),
        ("_x2 1", [np.nan, np.nan, 1]),
        ("0 _ 0", [0, np.nan, 0]),
        ("", []),
        ("1.5e3", [1500]),
        ("0.5+0.25x3", [0.5, 0.75, 1]),
        ("5x0 1", [1]),
        ("+3", [3]),
    ],
)
def test_series_notation(text: str, wanted: list[float]) -> None:
    np.testing.assert_array_equal(Points.parse(text).values, wanted)


def test_samples_and_statistic_sets_of_one_interval() -> None:
    points = Points.parse("7 [120, 130,900]x10 {sum:10,count:4,min:1,max:5} [1,{sum:10,count:4,min:1,max:5},-2]x2")
    one = StatisticSet(10, 4, 1, 5)
    assert points.groups == (Group(1, 10, (120, 130, 900)), Group(11, 1, (), (one,)), Group(12, 2, (1, -2), (one,)))
    assert len(points.values) == 14


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "5x",
        "5 x 3",
        "1+2",
        "[1",
        "[1;2]",
        "{sum:1}",
        "{sum:1,count:0,min:1,max:1}",
        "5y",
        "{sum:1,count:1,min:2,max:1}",
        "--5",
        "1x99999999",
        "[1,2]y3",
        "nan",
    ],
)
def test_what_is_no_series_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        Points.parse(text)


@pytest.mark.parametrize(("text", "wanted"), [("90s", 90), ("5m", 300), ("2h", 7200), ("1h30m", 5400), ("0m", 0)])
def test_times(text: str, wanted: int) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["5", "m", "5 m", "1h-5m", "-5m", "", "5min"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="is no time"):
        seconds(text)


def test_keys_name_metric_dimensions_and_unit() -> None:
    metric, unit = parse_key('AWS/SQS/Sent{QueueName="a \\"b\\"", Other="x,y}z"} Milliseconds')
    assert (metric.namespace, metric.name, unit) == ("AWS/SQS", "Sent", "Milliseconds")
    assert dict(metric.dimensions) == {"QueueName": 'a "b"', "Other": "x,y}z"}
    assert str(parse_key(str(metric))[0]) == str(metric)
    assert parse_key("DiffusionWatch/Images")[0].dimensions == ()


@pytest.mark.parametrize(
    "key", ["Images", "/Images", "N/", "N/m{a=b}", 'N/m{a="b" c="d"}', 'N/m{a="1",a="2"}', "N/m Parsecs"]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ScenarioError):
        parse_key(key)
