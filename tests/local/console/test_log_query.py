from __future__ import annotations

import pytest

from diffusionwatch_local.console.log_query import QueryNotDrawnError, parse

ROWS = [
    {"@timestamp": 1.0, "model": "sdxl", "ms": 120},
    {"@timestamp": 3.0, "model": "flux", "ms": 900},
    {"@timestamp": 2.0, "model": "sdxl", "ms": "many"},
]


def test_the_faults_table_of_the_dashboard() -> None:
    query = parse("SOURCE '/g' | fields @timestamp, model | filter ms > 100 | sort @timestamp desc | limit 20")
    assert query.group == "/g"
    assert query.run(ROWS) == [{"@timestamp": 3.0, "model": "flux"}, {"@timestamp": 1.0, "model": "sdxl"}]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [("model = 'sdxl'", 2), ("model != 'sdxl'", 1), ("ms <= 120", 1), ("ispresent(ms)", 3), ("ispresent(seed)", 0)],
)
def test_conditions(condition: str, kept: int) -> None:
    assert len(parse(f"SOURCE 'g' | filter {condition}").run(ROWS)) == kept


def test_the_limit_keeps_the_first_in_order() -> None:
    assert parse("fields model | sort @timestamp asc | limit 1").run(ROWS) == [{"model": "sdxl"}]


@pytest.mark.parametrize("text", ["stats count(*) by bin(5m)", "filter ms like /9/", "parse @message '*' as x"])
def test_what_it_does_not_know_is_refused_by_name(text: str) -> None:
    with pytest.raises(QueryNotDrawnError, match=text.split()[0].rstrip("s") if "filter" not in text else "ms like"):
        parse(f"SOURCE 'g' | {text}")
