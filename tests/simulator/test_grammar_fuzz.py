"""No text makes the readers fail otherwise than by saying what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwatch_simulator import MetricStore, ScenarioError, Unsupported
from cloudwatch_simulator.alarms.cron import Cron
from cloudwatch_simulator.alarms.model import MetricQuery
from cloudwatch_simulator.alarms.rule import Rule, parse_rule
from cloudwatch_simulator.evaluation.sampling import Data, QueryInputs, Windows
from cloudwatch_simulator.insights import parse_select
from cloudwatch_simulator.metric_math.evaluate import OUTSIDE, evaluate
from cloudwatch_simulator.metric_math.functions import FUNCTIONS
from cloudwatch_simulator.metric_math.grammar import parse, written
from cloudwatch_simulator.metric_math.search import search
from cloudwatch_simulator.metric_math.values import Frame, Scalar, SeriesArray, TimeSeries, Word, Words
from cloudwatch_simulator.metrics import MetricId, parse_key
from cloudwatch_simulator.notation import Points
from cloudwatch_simulator.scenario.times import seconds

ANYTHING = st.text(max_size=80)
TOKENS = st.lists(
    st.sampled_from(
        [
            *FUNCTIONS,
            *OUTSIDE,
            "METRICS",
            "SEARCH",
            "(",
            ")",
            "[",
            "]",
            ",",
            "+",
            "-",
            "*",
            "/",
            "^",
            "<",
            ">",
            "==",
            "!=",
            "AND",
            "OR",
            "&&",
            "||",
            "m1",
            "m2",
            "m3",
            "0",
            "1",
            "2.5",
            "1e300",
            "'x'",
            '"m"',
            "REPEAT",
            "LINEAR",
            "ASC",
            "DESC",
            " ",
        ]
    ),
    max_size=14,
).map("".join)


def atoms() -> st.SearchStrategy[str]:
    return st.sampled_from(
        ["m1", "m2", "m3", "0", "1", "7.5", "1e308", "METRICS()", "[m1, m2]", "'m'", "REPEAT", "AVG", "ASC"]
    )


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    calls = st.builds(
        lambda name, parts: f"{name}({', '.join(parts)})",
        st.sampled_from([*(name for name in FUNCTIONS if name != "ARRAY"), "METRICS", "SEARCH"]),
        st.lists(inner, min_size=1, max_size=3),
    )
    pairs = st.builds(
        lambda one, sign, other: f"({one} {sign} {other})",
        inner,
        st.sampled_from(["+", "-", "*", "/", "^", "<", "<=", "==", "!=", "AND", "OR"]),
        inner,
    )
    return calls | pairs | inner.map(lambda text: f"-{text}")


STORE = MetricStore()
for _name, _values in (("one", [1.0, 2.0, np.nan, 0.0, -5.0]), ("two", [np.nan] * 5), ("three", [1e300] * 5)):
    STORE.put_series(MetricId.of("Test", _name), 60.0 * np.arange(5), _values)
QUERIES = tuple(
    MetricQuery(f"m{number}", MetricId.of("Test", name), period=60)
    for number, name in enumerate(("one", "two", "three", "absent"), start=1)
)


def evaluated(expression: str, *, alarm: bool) -> object:
    starts = 60.0 * np.arange(5)
    inputs = QueryInputs(QUERIES, Data(STORE), Windows(starts, starts + 60), 60)
    return evaluate(expression, inputs, Frame(starts, 60, alarm=alarm))


@settings(max_examples=600, deadline=None)
@given(ANYTHING | TOKENS | st.recursive(atoms(), grown, max_leaves=8), st.booleans())
def test_an_expression_has_a_value_or_is_refused(expression: str, alarm: bool) -> None:
    try:
        value = evaluated(expression, alarm=alarm)
    except (ScenarioError, Unsupported):
        return
    items = value.items if isinstance(value, SeriesArray) else (value,)
    assert isinstance(value, (Scalar, TimeSeries, SeriesArray, Word, Words))
    for item in items:
        if isinstance(item, TimeSeries):
            assert not np.isinf(np.broadcast_to(item.points, 5)).any()


@settings(max_examples=300, deadline=None)
@given(st.recursive(atoms(), grown, max_leaves=8))
def test_an_expression_in_its_canonical_spelling_is_the_same_expression(expression: str) -> None:
    try:
        tree = parse(expression)
    except ScenarioError:
        return
    assert written(parse(written(tree))) == written(tree)


RULES = st.lists(
    st.sampled_from(
        [
            "ALARM",
            "OK",
            "INSUFFICIENT_DATA",
            "AT_LEAST",
            "AND",
            "OR",
            "NOT",
            "TRUE",
            "FALSE",
            "(",
            ")",
            ",",
            "a",
            '"b c"',
            "2",
            "50%",
            " ",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(ANYTHING | RULES)
def test_a_rule_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unsupported):
        assert isinstance(parse_rule(text), Rule)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_nothing_else_fails_on_any_text(text: str) -> None:
    readers: list[Callable[[str], object]] = [Points.parse, parse_key, seconds, Cron.parse, parse_select]
    readers.append(lambda words: search(words, STORE.metrics()))
    for read in readers:
        with contextlib.suppress(ScenarioError, Unsupported):
            read(text)
