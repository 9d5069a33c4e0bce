"""What the rules read with: intervals, filter patterns, trace filters; and the examples in docstrings."""

from __future__ import annotations

import doctest
import importlib
import json
import math
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as some

import diffusionwatch_cdk.validation
from cloudwatch_simulator.metric_math.grammar import parse
from diffusionwatch_cdk.validation import Document, lint
from diffusionwatch_cdk.validation.filter_pattern import pattern_error
from diffusionwatch_cdk.validation.intervals import of_metric, of_node
from diffusionwatch_cdk.validation.requests import MetricUse, Request
from diffusionwatch_cdk.validation.trace_filter import filter_error

REQUEST = Request(
    (),
    True,
    (
        MetricUse((), "used", "CWAgent", "nvidia_smi_utilization_gpu", (), "Average", 60),
        MetricUse((), "good", "DiffusionWatch", "RequestsCompleted", (), "Sum", 60),
        MetricUse((), "bad", "DiffusionWatch", "RequestsFaulted", (), "Sum", 60),
        MetricUse((), "odd", "Shop", "Balance", (), "Sum", 60),
    ),
    (),
)


@pytest.mark.parametrize(
    ("expression", "interval"),
    [
        ("used", (0, 100)),
        ("100 - used", (0, 100)),
        ("used / 4 + 1", (1, 26)),
        ("good + bad", (0, math.inf)),
        ("bad / (good + bad)", (0, 1)),
        ("100 * bad / (good + bad)", (0, 100)),
        ("100 * (bad / (good + bad))", (0, 100)),
        ("good / bad", (0, math.inf)),
        ("IF(used > 5, 1, 0)", (0, 1)),
        ("FILL(used, 0)", (0, 100)),
        ("odd", (-math.inf, math.inf)),
        ("good - bad", (-math.inf, math.inf)),
        ("LOG(used)", (-math.inf, math.inf)),
    ],
)
def test_an_expression_lies_where_it_can(expression: str, interval: tuple[float, float]) -> None:
    assert of_node(parse(expression), REQUEST) == interval


@pytest.mark.parametrize(
    ("metric", "interval"),
    [
        ("cpu_usage_iowait", (0, 100)),
        ("cpu_usage_change", (-math.inf, math.inf)),
        ("mem_available_percent", (0, 100)),
        ("disk_inodes_free", (0, math.inf)),
        ("net_bytes_recv", (0, math.inf)),
        ("netstat_tcp_time_wait", (0, math.inf)),
        ("nvidia_smi_power_draw", (0, math.inf)),
        ("queue_balance", (-math.inf, math.inf)),
    ],
)
def test_only_what_the_agent_measures_itself_is_never_negative(metric: str, interval: tuple[float, float]) -> None:
    """StatsD and collectd share the agent's namespace, and their gauges have any sign."""
    assert of_metric(MetricUse((), "m", "CWAgent", metric, (), "Average", 60)) == interval


@pytest.mark.parametrize(
    ("cron", "minutes", "always"),
    [
        ("0 * * * *", 60, True),
        ("0 * * * *", 59, False),
        ("*/15 * * * *", 15, True),
        ("0 23 * * *", 24 * 60, True),
        ("0 0 * * MON", 7 * 24 * 60, True),
        ("0 0 * * MON-SAT", 24 * 60, False),
        ("0 0 * 1-11 *", 24 * 60, False),
        ("0 0 * 2-12 *", 24 * 60, False),
        ("0 0 29 2 *", 15 * 24 * 60, False),
        ("0 0 1,11,21 * *", 11 * 24 * 60, True),
        ("0 0 1,11,21 * *", 10 * 24 * 60, False),
    ],
)
def test_windows_are_for_ever_when_each_of_a_year_begins_before_the_last_has_ended(
    cron: str, minutes: int, always: bool
) -> None:
    schedule = {"Expression": f"cron({cron})", "Duration": f"PT{minutes}M"}
    rule = {"Type": "AWS::CloudWatch::AlarmMuteRule", "Properties": {"Rule": {"Schedule": schedule}}}
    found = lint([Document("t.json", json.dumps({"Resources": {"M": rule}}))])
    assert [finding.rule for finding in found] == (["DW070"] if always else [])


@given(some.floats(0, 100), some.sampled_from("+-*"), some.floats(-50, 50), some.floats(1, 9))
def test_no_value_lies_outside_its_interval(used: float, operator: str, other: float, divisor: float) -> None:
    sign = f"(0 - {abs(other):.6f})" if other < 0 else f"{other:.6f}"
    text = f"(used {operator} {sign}) / {divisor:.6f}"
    low, high = of_node(parse(text), REQUEST)
    value = eval(text.replace("used", repr(used)))
    assert low - 1e-6 <= value <= high + 1e-6


@pytest.mark.parametrize("text", ["{ $.a = 1", "{ $.a == 1 }", "{ $.a = }", '"open', "{ }", "[a, b"])
def test_what_is_no_filter_pattern_is_told_with_its_place(text: str) -> None:
    assert str(pattern_error(text)).startswith("cannot be read at ")


@pytest.mark.parametrize("text", ['service("a"', "fault ==", "annotation[x = 1", "http.state = 500", "AND ok"])
def test_what_is_no_trace_filter_is_told_with_its_place(text: str) -> None:
    assert str(filter_error(text)).startswith("cannot be read at ")


NAMES = [
    f"diffusionwatch_cdk.validation.{one.name}" for one in pkgutil.iter_modules(diffusionwatch_cdk.validation.__path__)
]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
