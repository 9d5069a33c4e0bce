"""The filter patterns that metric filters of a GPU fleet use."""

from __future__ import annotations

import pytest

from diffusionwatch_local.logs.filter_pattern import FilterPatternError, compile_pattern

EVENT = '{"level":"ERROR","ms":120,"error":{"class":"oom"},"tags":["a","b"],"retry":true,"note":null}'


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        '{ $.level = "ERROR" }',
        "{ $.level = ERR* }",
        "{ $.level = %^E.+R$% }",
        "{ $.ms >= 120 && $.ms < 121 }",
        '{ $.error.class = "oom" || $.ms > 999 }',
        '{ $.tags[1] = "b" }',
        '{ ($.ms > 999 || $.ms = 120) && $.level != "INFO" }',
        "{ $.retry IS TRUE }",
        "{ $.note IS NULL }",
        "{ $.trace NOT EXISTS }",
        '{ $.["level"] = "ERROR" }',
        "ERROR",
        "oom ERROR",
        r'"level\":\"ERROR"',
        "?FATAL ?ERROR",
        "ERROR -FATAL",
        "%oo[mn]%",
    ],
)
def test_a_pattern_finds_the_event(pattern: str) -> None:
    assert compile_pattern(pattern)(EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.level = "INFO" }',
        "{ $.ms > 120 }",
        "{ $.level > 5 }",
        "{ $.absent = 1 }",
        '{ $.absent != "x" }',
        '{ $.ms > 1 && $.level = "INFO" }',
        "{ $.retry IS FALSE }",
        "FATAL",
        "?FATAL ?WARN",
        "ERROR -oom",
    ],
)
def test_a_pattern_leaves_the_event_alone(pattern: str) -> None:
    assert not compile_pattern(pattern)(EVENT)


def test_a_json_pattern_never_matches_plain_text() -> None:
    assert not compile_pattern("{ $.a NOT EXISTS && $.b = 1 }")("plain text")


def test_and_binds_closer_than_or() -> None:
    assert compile_pattern("{ $.ms = 120 || $.ms = 1 && $.ms = 2 }")(EVENT)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("[ip, user, status=5*]", "space-delimited"),
        ("{ $.a = 1", "ends with a brace"),
        ("{ $.a }", "unexpected the end"),
        ("{ level = 1 }", "unexpected 'level'"),
        ("{ ($.a = 1 }", "unexpected the end"),
        ("{ $.a IS MAYBE }", "IS MAYBE"),
        ('{ $.a > "x" }', "compares numbers"),
        ("{ $.a = 1 $.b = 2 }", "unexpected"),
        ("%(%", "regular expression"),
        ('"open', "unbalanced"),
    ],
)
def test_what_is_not_understood_is_said(pattern: str, said: str) -> None:
    with pytest.raises(FilterPatternError, match=said):
        compile_pattern(pattern)
