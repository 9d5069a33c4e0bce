"""Evaluates an expression over a frame, with the metrics looked up by id."""

from __future__ import annotations

from typing import Protocol

import numpy as np

# The last three fill the table of functions.
from cloudwatch_simulator.errors import ScenarioError, Unsupported, nearest
from cloudwatch_simulator.metric_math import arrays as _arrays  # noqa: F401
from cloudwatch_simulator.metric_math import conditional as _conditional  # noqa: F401
from cloudwatch_simulator.metric_math import ranges as _ranges  # noqa: F401
from cloudwatch_simulator.metric_math.functions import FUNCTIONS, NOT_IN_ALARMS, Arguments
from cloudwatch_simulator.metric_math.grammar import Call, Name, Node, Number, Text, parse, written
from cloudwatch_simulator.metric_math.operators import OPERATORS, apply, negate
from cloudwatch_simulator.metric_math.values import Frame, Scalar, SeriesArray, TimeSeries, Value, Word, kind

WORDS = frozenset(["REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MIN", "MAX", "SUM"])
# What no file can compute: answered from `given`, or refused.
OUTSIDE = {
    "ANOMALY_DETECTION_BAND": "the band is trained by CloudWatch; give it as series under `given`",
    "SERVICE_QUOTA": "the quota lives in the account; give it as a series under `given`",
    "INSIGHT_RULE_METRIC": "Contributor Insights is not simulated; give it as a series under `given`",
    "LAMBDA": "a custom data source is not called; give it as a series under `given`",
    "DB_PERF_INSIGHTS": "Performance Insights is not simulated; give it as a series under `given`",
}


class Inputs(Protocol):
    """Where an expression finds what it names."""

    def lookup(self, name: str, frame: Frame) -> Value | None:
        """The metric or expression with this id."""

    def metrics(self, frame: Frame) -> list[tuple[str, TimeSeries]]:
        """Every metric of the request, never an expression."""

    def given(self, expression: str, frame: Frame) -> Value | None:
        """What a file gives for a call that cannot be computed."""

    def search(self, expression: str, stat: str, period: int | None, frame: Frame) -> SeriesArray:
        """The series that a SEARCH finds."""


def evaluate(expression: str, inputs: Inputs, frame: Frame) -> Value:
    """The value of ``expression``; raises ``Unsupported`` or ``ScenarioError``, nothing else."""
    return _value(parse(expression), inputs, frame)


def result(value: Value, expression: str, frame: Frame) -> TimeSeries | SeriesArray:
    """The value as an expression may return it: series, never a number or a string."""
    if isinstance(value, TimeSeries):
        return TimeSeries(np.broadcast_to(value.points, frame.times.shape), value.label)
    if isinstance(value, SeriesArray):
        return value
    raise ScenarioError(f"{expression!r} gives {kind(value)}; an expression returns a time series or an array of them")


def _value(node: Node, inputs: Inputs, frame: Frame) -> Value:
    if isinstance(node, Number):
        return Scalar(np.array([node.value]))
    if isinstance(node, Text):
        return Word(node.value)
    if isinstance(node, Name):
        return _named(node, inputs, frame)
    assert isinstance(node, Call)
    if node.function in OUTSIDE:
        return _outside(node, inputs, frame)
    if frame.alarm and node.function in NOT_IN_ALARMS:
        raise Unsupported(node.function, "CloudWatch does not take it in an alarm")
    if node.function == "METRICS":
        return _metrics(node, inputs, frame)
    if node.function == "SEARCH":
        return _search(node, inputs, frame)
    values = tuple(_value(argument, inputs, frame) for argument in node.arguments)
    if node.function in OPERATORS:
        return apply(node.function, values[0], values[1])
    if node.function == "NEGATE":
        return negate(values[0])
    if node.function not in FUNCTIONS:
        raise Unsupported(
            node.function,
            "is no function of metric math that is known here"
            + nearest(node.function, [*FUNCTIONS, *OUTSIDE, "METRICS", "SEARCH"]),
        )
    return FUNCTIONS[node.function](Arguments(node.function, values, frame))


def _named(node: Name, inputs: Inputs, frame: Frame) -> Value:
    found = inputs.lookup(node.value, frame)
    if found is not None:
        return found
    if node.value in WORDS:
        return Word(node.value, bare=True)
    known = [name for name, _ in inputs.metrics(frame)]
    raise ScenarioError(f"{node.value!r} is no id of this request{nearest(node.value, known)}")


def _metrics(node: Call, inputs: Inputs, frame: Frame) -> Value:
    part = ""
    if node.arguments:
        if len(node.arguments) > 1 or not isinstance(node.arguments[0], Text):
            raise ScenarioError('METRICS takes nothing, or a part of an id as a string: METRICS("errors")')
        part = node.arguments[0].value
    return SeriesArray(tuple(series for name, series in inputs.metrics(frame) if part in name))


def _outside(node: Call, inputs: Inputs, frame: Frame) -> Value:
    found = inputs.given(given_name(node), frame)
    if found is None:
        raise Unsupported(node.function, OUTSIDE[node.function])
    return found


def given_name(node: Node) -> str:
    """The canonical spelling of a call that is given; a band without a width has CloudWatch's, 2."""
    if isinstance(node, Call) and node.function == "ANOMALY_DETECTION_BAND" and len(node.arguments) == 1:
        node = Call(node.function, (*node.arguments, Number(2)))
    return written(node)


def _search(node: Call, inputs: Inputs, frame: Frame) -> Value:
    texts = [argument.value for argument in node.arguments if isinstance(argument, Text)]
    numbers = [argument.value for argument in node.arguments if isinstance(argument, Number)]
    if len(texts) != 2 or len(texts) + len(numbers) != len(node.arguments) or len(numbers) > 1:
        raise ScenarioError("SEARCH takes 'what to search', 'statistic' and perhaps a period")
    return inputs.search(texts[0], texts[1], int(numbers[0]) if numbers else None, frame)
