"""The vectorised engine against a slow one that is plain to see: one evaluation, one datapoint at a time."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwatch_simulator import MetricId, Simulation

START = 1_767_571_200
Reports = dict[int, list[float]]
"""Samples by the minute in which they were reported."""


def statistic(samples: list[float], name: str) -> float | None:
    if not samples:
        return None
    if name == "p50":
        if min(samples) < 0:
            return None
        ordered = sorted(samples)
        place = (len(ordered) - 1) / 2
        low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
        return low + (high - low) * (place - math.floor(place))
    return {
        "Sum": math.fsum(samples),
        "Average": math.fsum(samples) / len(samples),
        "Minimum": min(samples),
        "Maximum": max(samples),
        "SampleCount": float(len(samples)),
    }[name]


def plus(a: float | None, b: float | None) -> float | None:
    return None if a is None and b is None else (a or 0) + (b or 0)


def over(a: float | None, b: float | None) -> float | None:
    return None if not b else (a or 0) / b


def chosen(condition: float | None, yes: float | None, no: float | None) -> float | None:
    if condition is None:
        return None
    return (yes or 0.0) if condition else (no or 0.0)


# Each over the values of a and b in one evaluation's range, oldest first.
EXPRESSIONS: dict[str, Any] = {
    "a + b": lambda a, b: [plus(x, y) for x, y in zip(a, b, strict=True)],
    "a / b": lambda a, b: [over(x, y) for x, y in zip(a, b, strict=True)],
    "IF(a, b, a)": lambda a, b: [chosen(x, y, x) for x, y in zip(a, b, strict=True)],
    "FILL(a, 1)": lambda a, b: [1.0 if x is None else x for x in a],
    "FILL(a, REPEAT)": lambda a, b: repeated(a),
    "DIFF(a)": lambda a, b: differences(a),
    "a - MAX(b)": lambda a, b: [None if x is None or not known(b) else x - max(known(b)) for x in a],
}


def known(row: list[float | None]) -> list[float]:
    return [value for value in row if value is not None]


def repeated(row: list[float | None]) -> list[float | None]:
    out: list[float | None] = []
    for value in row:
        out.append(value if value is not None or not out else out[-1])
    return out


def differences(row: list[float | None]) -> list[float | None]:
    out: list[float | None] = []
    before: float | None = None
    for value in row:
        out.append(None if value is None or before is None else value - before)
        before = value if value is not None else before
    return out


def state(points: list[float | None], n: int, m: int, threshold: float, treatment: str, before: str) -> str:
    """What "Configuring how CloudWatch alarms treat missing data" makes of one evaluation range."""
    newest_real = [value for value in reversed(points) if value is not None][:n]
    breaching = sum(value > threshold for value in newest_real)
    missing = n - len(newest_real)
    if missing == 0 or treatment == "notBreaching":
        return "ALARM" if breaching >= m else "OK"
    if treatment == "breaching":
        return "ALARM" if breaching + missing >= m else "OK"
    if not newest_real:
        return "INSUFFICIENT_DATA" if treatment == "missing" else before
    if breaching >= m:
        return "ALARM"
    if breaching < len(newest_real):
        return "OK"
    ages = [age for age, value in enumerate(reversed(points[-n:]), start=1) if value is not None]
    return "ALARM" if treatment == "missing" and ages and max(ages) >= m else before


def slowly(
    properties: dict[str, Any], expression: str | None, a: Reports, b: Reports, minutes: int, extra: int, delay: int
) -> tuple[list[str], list[list[float | None]]]:
    """The states, and the datapoints that each was read from."""
    period, n = properties["period"] // 60, properties["n"]
    states, ranges, current = [], [], "INSUFFICIENT_DATA"
    for now in range(1, minutes + 1):
        rows = []
        for reports in (a, b):
            row = []
            for back in range(n + extra - 1, -1, -1):
                end = now - back * period
                seen = [
                    sample
                    for minute in range(end - period, end)
                    if minute + 1 + delay <= now
                    for sample in reports.get(minute, [])
                ]
                row.append(statistic(seen, properties["statistic"]))
            rows.append(row)
        points = EXPRESSIONS[expression](*rows) if expression else rows[0]
        current = state(points, n, properties["m"], properties["threshold"], properties["treatment"], current)
        states.append(current)
        ranges.append(points)
    return states, ranges


def drawn(seed: int, density: float) -> Reports:
    """Up to four samples in some of the minutes. (Hypothesis left to itself prefers data that is empty or alike.)"""
    chance = random.Random(seed)
    return {
        minute: [chance.choice((-2, 0, 0, 1, 2.5, 5, 7, 9)) for _ in range(chance.choice((1, 1, 2, 4)))]
        for minute in range(30)
        if chance.random() < density
    }


reports = st.builds(drawn, st.integers(0, 2**32), st.sampled_from([0.1, 0.3, 0.6, 0.95]))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["Sum", "Average", "Minimum", "Maximum", "SampleCount", "p50"]),
    st.sampled_from([60, 120, 300]),
    st.integers(1, 4),
    st.data(),
    st.sampled_from(["missing", "ignore", "breaching", "notBreaching"]),
    st.sampled_from([None, *EXPRESSIONS]),
    reports,
    reports,
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_every_state_of_any_alarm_equals_the_slow_ones(
    name: str,
    period: int,
    n: int,
    data: st.DataObject,
    treatment: str,
    expression: str | None,
    a: Reports,
    b: Reports,
    extra: int,
    delay: int,
) -> None:
    m, threshold = data.draw(st.sampled_from([n, *range(1, n + 1)])), data.draw(st.integers(0, 6))
    metrics = {key: {"Namespace": "Test", "MetricName": key} for key in ("a", "b")}
    properties: dict[str, Any] = {
        "EvaluationPeriods": n,
        "DatapointsToAlarm": m,
        "Threshold": threshold,
        "TreatMissingData": treatment,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    if expression is None:
        properties |= metrics["a"] | {"Period": period, "ExtendedStatistic" if name == "p50" else "Statistic": name}
    else:
        properties["Metrics"] = [
            *(
                {"Id": key, "ReturnData": False, "MetricStat": {"Metric": metric, "Stat": name, "Period": period}}
                for key, metric in metrics.items()
            ),
            {"Id": "e", "Expression": expression},
        ]
    simulation = Simulation.from_properties(
        {"alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}},
        start=float(START),
        evaluation_range=3 + extra,
    )
    for key, found in (("a", a), ("b", b)):
        simulation.put(MetricId.of("Test", key), [], delay=60 * delay)
        for minute, values in found.items():
            simulation.store.put(MetricId.of("Test", key), START + 60 * minute, values)
    simulation.run(minutes=35)
    shape = {"period": period, "n": n, "m": m, "statistic": name, "threshold": threshold, "treatment": treatment}
    minutes = START + 60.0 * np.arange(1, 36)
    states, ranges = slowly(shape, expression, a, b, 35, extra, delay)
    seen = simulation.slots("alarm", minutes).series[""]
    np.testing.assert_allclose(seen, np.array(ranges, dtype=np.float64), rtol=1e-12)
    assert [simulation.state_at("alarm", minute) for minute in minutes.tolist()] == states
