"""Statistics over samples, by "CloudWatch statistics definitions"."""

from __future__ import annotations

import numpy as np
import pytest

from cloudwatch_simulator import MetricId, MetricStore, ScenarioError
from cloudwatch_simulator.statistic import Statistic

METRIC = MetricId.of("Test", "Latency")


def value(samples: list[float], statistic: str, counts: list[float] | None = None) -> float | None:
    store = MetricStore()
    store.put(METRIC, 0.0, samples, counts)
    _, values = store.statistic(METRIC, statistic, 60, 0, 60)
    return float(values[0]) if len(values) else None


@pytest.mark.parametrize(
    ("statistic", "wanted"),
    [
        ("SampleCount", 10),
        ("Sum", 550),
        ("Average", 55),
        ("Minimum", 10),
        ("Maximum", 100),
        ("p0", 10),
        ("p50", 55),
        ("p90", 91),
        ("p100", 100),
        ("p99.9", 99.91),
        ("tm90", 50),
        ("TM(10%:90%)", 55),
        ("TM(:80%)", 45),
        ("TM(20:50)", 40),
        ("IQM", 55),
        ("wm90", 54),
        ("WM(10%:90%)", 55),
        ("WM(20:50)", 41),
        ("tc90", 9),
        ("TC(20:50)", 3),
        ("ts90", 450),
        ("TS(80%:)", 190),
        ("PR(:50)", 50),
        ("PR(20:50)", 30),
        ("PR(90:)", 10),
    ],
)
def test_statistic_of_ten_samples(statistic: str, wanted: float) -> None:
    assert value([10.0 * n for n in range(10, 0, -1)], statistic) == pytest.approx(wanted)


def test_a_range_leaves_out_its_lower_bound_and_takes_its_upper() -> None:
    assert value([150, 1000, 1001], "TC(150:1000)") == 1


def test_counts_weigh_values() -> None:
    assert value([1, 9], "Average", [3, 1]) == 3
    assert value([1, 9], "p50", [3, 1]) == 1
    assert value([1, 9], "SampleCount", [3, 1]) == 4


def test_a_statistic_set_has_no_percentiles() -> None:
    """ "Percentiles": raw data is needed, unless the count is 1 or all values are the same."""
    store = MetricStore()
    store.put_statistics(METRIC, 0.0, sum=10, count=4, minimum=1, maximum=5)
    store.put_statistics(METRIC, 60.0, sum=7, count=1, minimum=7, maximum=7)
    store.put_statistics(METRIC, 120.0, sum=6, count=2, minimum=3, maximum=3)
    times, values = store.statistic(METRIC, "p90", 60, 0, 180)
    assert dict(zip(times.tolist(), values.tolist(), strict=True)) == {60.0: 7.0, 120.0: 3.0}
    assert store.statistic(METRIC, "Average", 60, 0, 60)[1].tolist() == [2.5]


def test_negative_values_have_no_percentiles_but_sums() -> None:
    assert value([-1, 5], "p50") is None
    assert value([-1, 5], "Sum") == 4


def test_one_statistic_set_in_a_longer_period_takes_its_percentiles_away() -> None:
    store = MetricStore()
    store.put(METRIC, 0.0, [1, 2, 3])
    store.put_statistics(METRIC, 60.0, sum=10, count=4, minimum=1, maximum=5)
    assert len(store.statistic(METRIC, "p50", 300, 0, 300)[0]) == 0


def test_another_unit_is_another_series() -> None:
    store = MetricStore()
    store.put(METRIC, 0.0, [1], unit="Seconds")
    store.put(METRIC, 0.0, [1000], unit="Milliseconds")
    assert store.statistic(METRIC, "Sum", 60, 0, 60, unit="Seconds")[1].tolist() == [1.0]
    assert store.statistic(METRIC, "Sum", 60, 0, 60, unit="Bytes")[1].tolist() == []
    assert store.statistic(METRIC, "Sum", 60, 0, 60)[1].tolist() == [1001.0]


def test_periods_begin_at_multiples_of_their_length() -> None:
    store = MetricStore()
    for minute in range(12):
        store.put(METRIC, 60.0 * minute, [1])
    times, values = store.statistic(METRIC, "Sum", 300, 120, 700)
    assert times.tolist() == [0.0, 300.0, 600.0]
    assert values.tolist() == [5.0, 5.0, 2.0]


def test_a_report_of_high_resolution_keeps_its_second() -> None:
    store = MetricStore()
    store.put(METRIC, 65.4, [1], resolution=1)
    store.put(METRIC, 125.4, [1])
    assert store.statistic(METRIC, "Sum", 1, 0, 180)[0].tolist() == [65.0, 120.0]


def test_reports_may_arrive_late() -> None:
    store = MetricStore()
    store.put(METRIC, 120.0, [3])
    assert store.statistic(METRIC, "Sum", 60, 0, 180)[1].tolist() == [3.0]
    store.put(METRIC, 0.0, [1])
    assert store.statistic(METRIC, "Sum", 60, 0, 180)[1].tolist() == [1.0, 3.0]


def test_pruning_forgets_what_is_old_and_metrics_that_have_nothing_left() -> None:
    store = MetricStore()
    other = MetricId.of("Test", "Other")
    for minute in range(5):
        store.put(METRIC, 60.0 * minute, [1, 2])
    store.put(other, 0.0, [1])
    store.prune(120.0)
    assert store.metrics() == [METRIC]
    assert store.datapoints(METRIC) == 3
    assert store.statistic(METRIC, "p50", 60, 0, 300)[0].tolist() == [120.0, 180.0, 240.0]


@pytest.mark.parametrize("name", ["p101", "Mean", "TM()", "TM(5%:4%)", "TM(5%:400)", "PR(5%:9%)", "p", "TM(a:b)", ""])
def test_what_is_no_statistic_is_refused(name: str) -> None:
    with pytest.raises(ScenarioError, match="is no statistic"):
        Statistic.parse(name)


def test_sums_do_not_depend_on_what_came_before() -> None:
    """Running sums would: 0.1 added a thousand times leaves crumbs that cross a threshold."""
    store = MetricStore()
    store.put_series(METRIC, 60.0 * np.arange(1000), np.full(1000, 0.1))
    _, values = store.statistic(METRIC, "Sum", 180, 0, 60_000)
    assert set(values[:-1].tolist()) == {0.1 + 0.1 + 0.1}
