"""What the rules read with: intervals, filter patterns, trace filters; and the examples in docstrings."""

from __future__ import annotations

import doctest
import importlib
import math
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as some

import diffusionwatch_cdk.validation
from cloudwatch_simulator.metric_math.grammar import parse
from diffusionwatch_cdk.validation.filter_pattern import pattern_error
from diffusionwatch_cdk.validation.intervals import of_node
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
