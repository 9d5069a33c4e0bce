"""What a query of Logs Insights finds among events."""

from __future__ import annotations

import doctest
import importlib
import json
from typing import Any

import pytest

from diffusionwatch_local.logs_insights import Event, Result, compile_query

MINUTE = 60_000
DOCUMENTS: list[dict[str, Any]] = [
    {"Model": "sdxl", "ms": 1000, "steps": 30, "request": {"id": "a", "sizes": [512, 768]}, "cold": True},
    {"Model": "flux", "ms": 4000, "steps": 50, "request": {"id": "b"}, "cold": False},
    {"Model": "sdxl", "ms": 2000, "steps": 30, "ErrorClass": "oom"},
    {"Model": "sdxl", "ms": "many", "trace.id": "t-4", "@odd": "yes", "none": None},
]
EVENTS = [
    *(
        Event(minute * MINUTE, json.dumps(document), f"i-{minute % 2}/{40 + minute}", "1:/g", f"p{minute}")
        for minute, document in enumerate(DOCUMENTS)
    ),
    Event(4 * MINUTE, "user=ann, method:GET, took 25 ms", "i-0/44", "1:/g", "p4"),
]


def asked(text: str, **options: Any) -> Result:
    return compile_query(text, **options).run(EVENTS)


def column(text: str, name: str) -> list[str | None]:
    return [row.get(name) for row in asked(text).rows]


@pytest.mark.parametrize("name", ["", ".values", ".events", ".grammar", ".patterns"])
def test_the_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"diffusionwatch_local.logs_insights{name}")).failed == 0


def test_without_commands_for_columns_an_event_is_shown_whole_and_the_newest_first() -> None:
    result = asked("filter ms > 0")
    assert result.columns == ("@timestamp", "@message", "@ptr")
    assert [row["@ptr"] for row in result.rows] == ["p2", "p1", "p0"]
    assert result.rows[0]["@timestamp"] == "1970-01-01 00:02:00.000"
    assert (result.scanned, result.matched) == (5, 3)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("ms > 1000", "12"),
        ("ms >= 1000 and ms < 4000", "02"),
        ("ms = '1000'", "0"),
        ("Model != 'sdxl'", "1"),
        ("ErrorClass != 'oom'", ""),
        ("not ErrorClass = 'oom'", "0134"),
        ("ispresent(ErrorClass) or ms = 4000", "12"),
        ("not (ms > 0)", "34"),
        ("not ms > 0 and Model = 'sdxl'", "3"),
        ("Model in ['flux', \"sd3\"]", "1"),
        ("Model not in ['flux']", "023"),
        ("steps in [50, 60]", "1"),
        ("@message like /(?i)USER=/", "4"),
        ("@message like 'took 2'", "4"),
        ("@message =~ /^(?i)USER/", "4"),
        ("Model not like /fl.x/", "023"),
        ("Model like 's.xl'", ""),
        ("request.id = 'b'", "1"),
        ("request.sizes.1 = 768", "0"),
        ("ispresent(request)", ""),
        ("trace.id = 't-4'", "3"),
        ("@@odd = 'yes'", "3"),
        ("ispresent(none)", ""),
        ("cold = 1", "0"),
        ("cold = 0", "1"),
        ("strcontains(Model, 'x')", "0123"),
        ("ms / 1000 * 2 + 1 = 9", "1"),
        ("ms % 3000 = 1000 and 2 ^ 3 = 8", "01"),
        ("-ms < -3000", "1"),
        ("@logStream = 'i-0/44'", "4"),
        ("@log = '1:/g' and @timestamp >= 180000", "34"),
        ("isempty(Model) or isblank(Model)", "4"),
        ("if(ms > 3000, 1, 0)", "1"),
    ],
)
def test_a_filter_keeps_what_its_condition_says(condition: str, found: str) -> None:
    kept = column(f"filter {condition} | sort @timestamp | display @ptr", "@ptr")
    assert "".join(str(one)[1:] for one in kept) == found


def test_and_binds_closer_than_or() -> None:
    assert column("filter ms = 1000 or ms = 2000 and Model = 'flux' | display @ptr", "@ptr") == ["p0"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("concat(Model, '-', steps)", "sdxl-30"),
        ("toupper(Model)", "SDXL"),
        ("substr('xyZfooxyZ', 3, 3)", "foo"),
        ("substr(Model, 2)", "xl"),
        ("trim('xyZfooxyZ', 'xyZ')", "foo"),
        ("ltrim('  a ')", "a "),
        ("replace('foo', 'o', '0')", "f00"),
        ("strlen(Model)", "4"),
        ("coalesce(ErrorClass, Model)", "sdxl"),
        ("greatest(ms, steps, 7)", "1000"),
        ("least(ms, steps, 7)", "7"),
        ("floor(ms / 300) * 300", "900"),
        ("ceil(2.1)", "3"),
        ("abs(0 - ms)", "1000"),
        ("sqrt(16)", "4"),
        ("1 / 3", "0.3333"),
        ("1 / 0", None),
        ("log(0)", None),
        ("concat(Model, absent)", None),
        ("datefloor(@timestamp, 1h)", "1970-01-01 00:00:00.000"),
        ("dateceil(fromMillis(61000), 1m)", "1970-01-01 00:02:00.000"),
        ("toMillis(fromMillis(61000))", "61000"),
        ("now()", "90"),
        ("2 + 3 * 4 - 6 / 2", "11"),
        ("(2 + 3) * 4", "20"),
        ("-2 ^ 2", "-4"),
    ],
)
def test_an_expression_is_a_column(expression: str, value: str | None) -> None:
    (row,) = asked(f"filter @ptr = 'p0' | fields {expression} as found", now=90.5).rows
    assert row.get("found") == value


def test_a_column_without_a_name_is_called_as_it_is_written() -> None:
    result = asked("fields  ms  /  10 , Model | limit 1")
    assert result.columns == ("ms  /  10", "Model", "@ptr")


def test_display_shows_these_fields_alone() -> None:
    assert asked("fields ms, Model | display Model").columns == ("Model", "@ptr")


def test_stats_counts_by_group_and_shows_the_groups_first() -> None:
    result = asked("filter ispresent(Model) | stats count(*) as n, avg(ms), max(ms) - min(ms) as spread by Model")
    assert result.columns == ("Model", "n", "avg(ms)", "spread")
    assert sorted(result.rows, key=str) == [
        {"Model": "flux", "n": "1", "avg(ms)": "4000", "spread": "0"},
        {"Model": "sdxl", "n": "3", "avg(ms)": "1500", "spread": "1000"},
    ]


@pytest.mark.parametrize(
    ("aggregate", "value"),
    [
        ("count(*)", "5"),
        ("count()", "5"),
        ("count(ErrorClass)", "1"),
        ("count_distinct(Model)", "2"),
        ("sum(ms)", "7000"),
        ("sum(absent)", None),
        ("pct(ms, 50)", "2000"),
        ("pct(ms, 75)", "3000"),
        ("earliest(Model)", "sdxl"),
        ("latest(ms)", "many"),
        ("sortsFirst(Model)", "flux"),
        ("sortsLast(ms)", "4000"),
        ("max(Model)", "sdxl"),
        ("count(*) / 2 + 1", "3.5"),
        ("max(ms / 1000)", "4"),
    ],
)
def test_an_aggregate_of_everything_is_one_row(aggregate: str, value: str | None) -> None:
    (row,) = asked(f"stats {aggregate} as found").rows
    assert row.get("found") == value


def test_stats_of_nothing_is_one_row_without_groups_and_none_with() -> None:
    assert asked("filter ms < 0 | stats count(*) as n").rows == [{"n": "0"}]
    assert asked("filter ms < 0 | stats count(*) as n by Model").rows == []


def test_an_aggregate_may_be_made_of_those_before_it() -> None:
    (row,) = asked("stats max(ms) as most, min(ms) as least, most - least as between").rows
    assert row == {"most": "4000", "least": "1000", "between": "3000"}


def test_bins_begin_at_whole_periods() -> None:
    rows = asked("stats count(*) as n by bin(2m) | sort `bin(2m)` asc").rows
    assert [(row["bin(2m)"][11:16], row["n"]) for row in rows] == [("00:00", "2"), ("00:02", "2"), ("00:04", "1")]


def test_two_stats_look_at_one_another() -> None:
    (row,) = asked("stats count(*) as n by bin(2m) | stats max(n) as most, avg(n) as mean").rows
    assert row == {"most": "2", "mean": "1.6667"}


def test_sorting_puts_what_is_missing_first_then_text_then_numbers() -> None:
    assert column("fields ms | sort ms asc", "ms") == [None, "many", "1000", "2000", "4000"]
    assert column("fields ms | sort ms desc, Model", "ms") == ["4000", "2000", "1000", "many", None]


def test_sorting_by_two_fields() -> None:
    assert column("filter steps > 0 | fields @ptr | sort steps desc, ms desc", "@ptr") == ["p1", "p2", "p0"]


def test_a_glob_takes_parts_out_of_the_message_or_of_a_field() -> None:
    result = asked('parse "user=*, method:*, took * ms" as @user, @method, took | filter took > 20')
    assert result.columns == ("@timestamp", "@message", "@user", "@method", "took", "@ptr")
    assert [(row["@user"], row["@method"], row["took"]) for row in result.rows] == [("ann", "GET", "25")]
    rows = asked("parse @logStream '*/*' as host, process | stats count(*) as n by host | sort host asc").rows
    assert rows == [{"host": "i-0", "n": "3"}, {"host": "i-1", "n": "2"}]


def test_a_regular_expression_takes_its_named_groups_out() -> None:
    result = asked(r"parse @message /method:(?<method>\w+), took (?<took>\d+)/ | filter took = 25 | display method")
    assert result.rows == [{"method": "GET", "@ptr": "p4"}]


def test_an_event_that_does_not_match_stays_without_the_parts() -> None:
    assert column("parse 'user=*,' as user | display user", "user") == ["ann", None, None, None, None]


def test_dedup_keeps_the_newest_of_each_and_all_that_have_none() -> None:
    assert column("fields @ptr | dedup Model", "@ptr") == ["p4", "p3", "p1"]
    assert column("fields @ptr | dedup ErrorClass | limit 2", "@ptr") == ["p4", "p3"]


def test_comments_line_breaks_and_case_do_not_matter() -> None:
    assert len(asked("FIELDS Model # who\n| FILTER ms > 0\n| SORT ms DESC\n| LIMIT 2").rows) == 2


def test_a_pipe_within_quotes_separates_nothing() -> None:
    assert asked("fields concat('a|b', Model) as c | limit 1").rows[0].get("c") is None
    assert column("filter @ptr = 'p0' | fields concat('a|b', Model) as c", "c") == ["a|bsdxl"]


def test_a_result_has_as_many_rows_as_the_query_or_else_the_request_allows() -> None:
    assert len(compile_query("fields ms").run(EVENTS, 3).rows) == 3
    assert len(compile_query("fields ms | limit 4").run(EVENTS, 3).rows) == 4


def test_a_name_that_is_written_in_escapes_is_found_all_the_same() -> None:
    odd = Event(0, '{"Mod\\u0065l": "sdxl"}')
    assert len(compile_query("filter Model = 'sdxl'").run([odd]).rows) == 1


def test_the_log_groups_that_a_query_names_itself() -> None:
    assert compile_query("SOURCE '/a' | SOURCE \"/b\" | fields ms").groups == ("/a", "/b")
