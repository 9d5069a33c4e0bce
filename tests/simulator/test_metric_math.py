"""Metric math, with the documented results of "Using math expressions with CloudWatch metrics" and its IF page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cloudwatch_simulator import ScenarioError, Unsupported
from cloudwatch_simulator.metric_math.evaluate import evaluate
from cloudwatch_simulator.metric_math.grammar import parse, written
from cloudwatch_simulator.metric_math.values import Frame, Scalar, SeriesArray, TimeSeries, Value
from cloudwatch_simulator.notation import Points
from cloudwatch_simulator.notation import written as row

# Monday, 2026-01-05T00:00:00Z.
START = 1_767_571_200.0


class Given:
    """Metrics by id, each in the shorthand of scenarios."""

    def __init__(self, **metrics: str) -> None:
        self.points = {name: Points.parse(text).values for name, text in metrics.items()}

    def lookup(self, name: str, frame: Frame) -> Value | None:
        return TimeSeries(self.points[name], name, frame.period) if name in self.points else None

    def metrics(self, frame: Frame) -> list[tuple[str, TimeSeries]]:
        return [(name, TimeSeries(points, name, frame.period)) for name, points in self.points.items()]

    def given(self, expression: str, frame: Frame) -> Value | None:
        return None

    def search(self, expression: str, stat: str, period: int | None, frame: Frame) -> SeriesArray:
        return SeriesArray(tuple(series for _, series in self.metrics(frame)))


def value(expression: str, *, alarm: bool = False, pointwise: bool = False, **metrics: str) -> Value:
    length = max((len(Points.parse(text).values) for text in metrics.values()), default=3)
    frame = Frame(START + 60 * np.arange(length), 60, alarm=alarm, pointwise=pointwise)
    return evaluate(expression, Given(**metrics), frame)


def result(expression: str, **metrics: str) -> Any:
    found = value(expression, **metrics)
    if isinstance(found, TimeSeries):
        return row(found.points)
    if isinstance(found, SeriesArray):
        return [row(item.points) for item in found.items]
    assert isinstance(found, Scalar)
    return row(found.value.reshape(-1))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("IF(m1, m2, m3)", "30 0 20 0 _"),
        ("IF(m1, 5, m3)", "5 5 20 _ _"),
        ("IF(m1, m2, 5)", "30 0 5 5 _"),
        ("IF(m1, m2)", "30 0 _ _ _"),
        ("IF(m1, 7, 8)", "7 7 8 8 _"),
        ("IF(1, m2, m3)", "30 0 0 0 30"),
    ],
)
def test_if_with_missing_values(expression: str, wanted: str) -> None:
    assert result(expression, m1="1 1 0 0 _", m2="30 _ 0 0 30", m3="0 0 20 _ 20") == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("m1 < m2", "0 0 1 0"),
        ("m1 >= 30", "1 0 0 0"),
        ("m1 > 15 AND m2 > 15", "1 0 0 0"),
        ("m1 > 15 && m2 > 15", "1 0 0 0"),
        ("m1 > 15 OR m2 > 15", "1 1 1 0"),
        ("m1 == 20 || m1 != 0", "1 1 0 0"),
    ],
)
def test_comparison_and_logic(expression: str, wanted: str) -> None:
    assert result(expression, m1="30 20 0 0", m2="20 _ 20 _") == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("m1 + m2", "3 1 2 _"),
        ("m1 - m2", "-1 1 -2 _"),
        ("m1 * m2", "2 0 0 _"),
        ("m2 / m1", "2 0 _ _"),
        ("m1 / 0", "_ _ _ _"),
        ("m1 + 1", "2 2 _ _"),
        ("-m2", "-2 _ -2 _"),
        ("m2 ^ 3", "8 _ 8 _"),
        ("100 * (m1 / (m1 + m2))", "33.33333333 100 0 _"),
    ],
)
def test_a_missing_value_counts_as_zero_between_series_and_division_by_zero_drops_the_point(
    expression: str, wanted: str
) -> None:
    assert result(expression, m1="1 1 _ _", m2="2 _ 2 _") == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("1 + 2 * 3 ^ 2", "19"),
        ("-2 ^ 2", "-4"),
        ("2 ^ -1", "0.5"),
        ("2 ^ 3 ^ 2", "512"),
        ("10 - 4 - 3", "3"),
        ("1 + 1 > 1 AND 0 OR 1", "1"),
        ("(1 + 2) * 3", "9"),
        ("1 < 2 == 1", "1"),
        (".5 + 1e3", "1000.5"),
    ],
)
def test_operators_bind_in_the_customary_order(expression: str, wanted: str) -> None:
    assert result(expression) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("ABS(m1 - 3)", "2 1 _ 5"),
        ("CEIL(m1 / 2)", "1 1 _ 4"),
        ("FLOOR(m1 / 2)", "0 1 _ 4"),
        ("LOG10(m1)", "0 0.3010299957 _ 0.9030899870"),
        ("LOG(m1 - 1)", "_ 0 _ 1.945910149"),
        ("DIFF(m1)", "_ 1 _ 6"),
        ("DIFF_TIME(m1)", "_ 60 _ 120"),
        ("RATE(m1)", "_ 0.01666666667 _ 0.05"),
        ("RUNNING_SUM(m1)", "1 3 _ 11"),
        ("FILL(m1, 0)", "1 2 0 8"),
        ("FILL(m1, REPEAT)", "1 2 2 8"),
        ("FILL(m1, LINEAR)", "1 2 5 8"),
        ("FILL(m1, m2)", "1 2 9 8"),
        ("m1 / PERIOD(m1)", "0.01666666667 0.03333333333 _ 0.1333333333"),
        ("TIME_SERIES(7)", "7 7 7 7"),
        ("m1 > AVG(m1)", "0 0 _ 1"),
        ("m1 * 0 + METRIC_COUNT(METRICS())", "2 2 _ 2"),
    ],
)
def test_functions_of_one_series(expression: str, wanted: str) -> None:
    found, expected = Points.parse(result(expression, m1="1 2 _ 8", m2="7 8 9 _")).values, Points.parse(wanted).values
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("AVG(m1)", "3.666666667"),
        ("MAX(m1)", "8"),
        ("MIN(m1)", "1"),
        ("SUM(m1)", "11"),
        ("DATAPOINT_COUNT(m1)", "3"),
    ],
)
def test_a_series_as_one_number(expression: str, wanted: str) -> None:
    assert result(expression, m1="1 2 _ 8") == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("AVG(METRICS())", "2 1 _"),
        ("AVG([m1, m2])", "2 1 _"),
        ("MAX(METRICS())", "3 2 _"),
        ("MIN(METRICS())", "1 2 _"),
        ("SUM(METRICS())", "4 2 _"),
        ("STDDEV(METRICS())", "1 0 _"),
        ("DATAPOINT_COUNT(METRICS())", "2 1 0"),
        ('SUM(METRICS("2"))', "3 _ _"),
        ("SUM([m1, [m2, m2]])", "7 2 _"),
        ("FIRST(METRICS())", "1 2 _"),
        ("LAST(METRICS())", "3 _ _"),
        ("SUM(SLICE(METRICS(), 1))", "3 _ _"),
        ("SUM(SLICE(METRICS(), 0, 1))", "1 2 _"),
        ("SUM(METRICS() * 2)", "8 4 _"),
        ("SUM(1 - METRICS())", "-2 -1 _"),
        ("SUM(METRICS() + m1)", "6 6 _"),
        ("SUM(-METRICS())", "-4 -2 _"),
    ],
)
def test_functions_of_arrays(expression: str, wanted: str) -> None:
    assert result(expression, m1="1 2 _", m2="3 _ _") == wanted


def test_sorting_an_array() -> None:
    metrics = {"m1": "5 5", "m2": "1 1", "m3": "_ _", "m4": "3 9"}
    assert result("SORT(METRICS(), AVG, ASC)", **metrics) == ["1 1", "5 5", "3 9", "_ _"]
    assert result("SORT(METRICS(), MAX, DESC, 2)", **metrics) == ["3 9", "5 5"]
    assert result("REMOVE_EMPTY(METRICS())", **metrics) == ["5 5", "1 1", "3 9"]


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("MINUTE", "0 1 2"),
        ("HOUR", "0 0 0"),
        ("DAY", "1 1 1"),
        ("DATE", "5 5 5"),
        ("MONTH", "1 1 1"),
        ("YEAR", "2026 2026 2026"),
        ("EPOCH", "1767571200 1767571260 1767571320"),
    ],
)
def test_the_calendar_is_utc_and_has_no_gaps(function: str, wanted: str) -> None:
    assert result(f"{function}(m1)", m1="_ 1 _") == wanted


def test_the_guarded_error_rate_is_defined_without_errors_and_without_requests() -> None:
    wanted = "10 0 0 0"
    assert result("IF(total >= 20, 100 * (errors / total), 0)", errors="10 _ _ 5", total="100 50 0 10") == wanted


@pytest.mark.parametrize("function", ["DATAPOINT_COUNT", "RUNNING_SUM", "REMOVE_EMPTY"])
def test_functions_that_an_alarm_may_not_use_work_on_dashboards_alone(function: str) -> None:
    argument = "METRICS()" if function == "REMOVE_EMPTY" else "m1"
    assert result(f"{function}({argument})", m1="1 2")
    with pytest.raises(Unsupported, match=function):
        value(f"{function}({argument})", alarm=True, m1="1 2")


@pytest.mark.parametrize(
    "expression",
    [
        "ANOMALY_DETECTION_BAND(m1)",
        "SERVICE_QUOTA(m1)",
        "INSIGHT_RULE_METRIC('r', 'Sum')",
        "LAMBDA('f')",
        "DB_PERF_INSIGHTS('RDS', 'id', 'm')",
        "NOPE(m1)",
        "avg(m1)",
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(expression: str) -> None:
    with pytest.raises(Unsupported) as refused:
        value(expression, m1="1 2")
    assert refused.value.construct == expression.partition("(")[0]


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "m1 +",
        "m1 m1",
        "(m1",
        "m1)",
        "1..2",
        "m1 = 2",
        "'open",
        "FILL(m1)",
        "FILL(m1, SOMETHING)",
        "FILL(1, 0)",
        "IF(m1)",
        "IF(METRICS(), 1, 0)",
        "m1 + 'text'",
        "METRICS() + METRICS()",
        "METRICS(1)",
        "PERIOD(m1 + 1)",
        "m9",
        "SORT(METRICS(), MEDIAN, ASC)",
        "FIRST(m1)",
        "ABS()",
        "ABS(1, 2)",
        "[m1, 1]",
        "SEARCH(m1)",
        "-'x'",
        "NOT m1",
    ],
)
def test_what_is_no_expression_is_refused_with_a_reason(expression: str) -> None:
    with pytest.raises(ScenarioError):
        value(expression, m1="1 2")


def test_one_spelling_for_what_is_written_in_many() -> None:
    assert written(parse("ANOMALY_DETECTION_BAND( m1 ,2 )")) == "ANOMALY_DETECTION_BAND(m1, 2)"
    assert written(parse("IF( a>1&&b , [a,b] , 'x' )")) == 'IF(((a > 1) AND b), [a, b], "x")'


def test_nesting_has_a_limit() -> None:
    with pytest.raises(ScenarioError, match="nested more than 100"):
        parse("-" * 500 + "m1")
    assert parse("(" * 500 + "m1" + ")" * 500)
