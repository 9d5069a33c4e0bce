"""What a query cannot be, and that no text breaks the reader."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_local.logs_insights import Event, QueryError, compile_query


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ends where more is expected"),
        ("fields a |", "ends where more is expected"),
        ("filter a =", "ends where more is expected"),
        ("filter (a = 1", "ends where more is expected"),
        ("filter a = = 1", "Unexpected '=' at line 1 and position 12"),
        ("fields a\n| filter b ~ 1", "Unexpected '~' at line 2 and position 12"),
        ("count(*)", "'count' is no command"),
        ("fields a | pattern @message", "command pattern is not evaluated here"),
        ("DIFF", "command DIFF is not evaluated here"),
        ("fields strlenn(a)", "no function strlenn; did you mean strlen"),
        ("fields isValidIp(a)", "function isValidIp is not evaluated here"),
        ("stats stddev(ms)", "stddev is not evaluated here"),
        ("fields substr(a)", "substr takes 2 or more arguments, not 1"),
        ("fields strlen(a, b)", "strlen takes 1 arguments, not 2"),
        ("filter avg(ms) > 3", "avg stands in stats alone"),
        ("stats ms by Model", "stats aggregates: ms"),
        ("stats avg(*)", "avg takes 1 arguments"),
        ("stats avg(a, b)", "avg takes 1 arguments, not 2"),
        ("stats pct(ms, 101)", "a number from 0 to 100"),
        ("stats pct(ms)", "pct takes 2 arguments"),
        ("stats count(*) by bin(2w)", "period of 2w is not evaluated here"),
        ("stats count(*) by bin(ms)", "bin takes a period"),
        ("filter ms > 5m", "A period cannot stand there"),
        ("stats count(*) as n by Model | filter ms > 1", "Unknown symbols found in or after stats: ms"),
        ("stats count(*) | stats count(*) | stats count(*)", "at most 2 stats"),
        ("stats count(*) as Model by Model", "stats makes a field twice: Model"),
        ("fields a as b, c as b", "b is there already"),
        ("fields a as b | parse @message '*' as b", "b is there already"),
        ("dedup a | fields b", "After dedup only limit"),
        ("fields a | SOURCE 'x'", "SOURCE stands before"),
        ("SOURCE 'x'", "no command but SOURCE"),
        ("SOURCE logGroups(namePrefix: ['a']) | fields b", "Unexpected 'logGroups'"),
        ("limit 0", "limit takes a whole number above 0, not 0"),
        ("limit 1.5", "not 1.5"),
        ("parse @message '*-*' as one", "takes 2 parts out and names 1"),
        ("parse @message /a(?<b>c/", "regular expression"),
        ("parse @message /plain/", "takes 0 parts out"),
        ("filter a like /a(?i)b/", "regular expression"),
        ("filter @duration > 100", "field @duration is not discovered here"),
        ("stats pct(ms, 'most')", "a number from 0 to 100"),
        ("filter " + "not " * 2400 + "a", "nested too deep"),
        ("fields a" + " + a" * 2400, "nested too deep"),
        ("filter " + "(" * 4000 + "a" + ")" * 4000 + " = 1 = 2", "Unexpected|nested too deep"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said.replace("(", r"\(").replace("*", r"\*")):
        compile_query(text)


def test_a_field_of_that_name_may_be_made() -> None:
    made = compile_query("parse 'took * ms' as @duration | filter @duration > 20").run([Event(0, "took 25 ms")])
    assert made.rows[0]["@duration"] == "25"


WORDS = st.sampled_from(
    [
        *("fields", "filter", "stats", "sort", "limit", "parse", "dedup", "display", "by", "as", "and", "or", "not"),
        *("like", "in", "|", "(", ")", "[", "]", ",", "*", "/", "+", "-", "^", "=", "!=", "<", "'a'", '"b"', "/c/"),
        *("5", "5m", "ms", "@message", "@timestamp", "bin", "count", "avg", "pct", "strlen", "`", "#", "\n", "if"),
    ]
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(QueryError):
        compile_query(text)


CONDITIONS = st.sampled_from(
    [
        *("a > b", "not a = b", "a like 'x'", "a in [1, 'x']", "strlen(a) > 1", "a ^ b > 1", "a / b = 1", "a % b = 0"),
        *("sqrt(a)", "substr(a, b) = 'x'", "fromMillis(a) > 1", "datefloor(a, 5m) = 0", "ceil(a) = floor(b)"),
        *("greatest(a, b) = log(a)", "isblank(a)", "concat(a, b) = 'x'", "replace(a, 'x', b) = ''", "if(a, b, 1)"),
    ]
)
STATS = st.sampled_from(
    ["avg(a)", "sum(a)", "max(a)", "min(b)", "pct(a, 90)", "count_distinct(b)", "latest(a)", "sortsFirst(b)"]
)


@given(CONDITIONS, STATS, st.lists(st.tuples(VALUES, VALUES), max_size=6))
def test_no_value_breaks_a_query(condition: str, aggregate: str, values: list[tuple[object, object]]) -> None:
    events = [Event(number, json.dumps({"a": a, "b": b})) for number, (a, b) in enumerate(values)]
    compile_query(f"filter {condition} | fields fromMillis(a) as t, a | sort a desc").run(events)
    result = compile_query(f"stats {aggregate} as found by b | sort found").run(events)
    assert len(result.rows) <= len(events)
