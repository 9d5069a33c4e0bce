from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

import pytest

from diffusionwatch_local.console.server import Console


def get(console: Console, path: str) -> Any:
    with urllib.request.urlopen(console.url + path.lstrip("/"), timeout=10) as answer:
        return json.load(answer)


def widget(console: Console, title: str) -> dict[str, Any]:
    dashboard = get(console, "/api/dashboards/demo-all-views?hours=1")
    found: dict[str, Any] = next(w for w in dashboard["widgets"] if w["properties"].get("title") == title)["data"]
    return found


def test_the_state_names_dashboards_alarms_and_the_time(console: Console) -> None:
    state = get(console, "/api/state")
    assert state["dashboards"] == ["demo-all-views"]
    (alarm,) = state["alarms"]
    assert (alarm["name"], alarm["state"], alarm["composite"]) == ("demo-hot", "ALARM", False)
    assert state["clock"] == {"now": 1_767_573_000.0, "speed": 1.0}


def test_a_graph_gets_its_points_and_leaves_missing_minutes_out(console: Console) -> None:
    (series,) = widget(console, "Graph")["series"]
    assert (series["label"], series["period"], series["axis"]) == ("Heat", 60, "left")
    times = [at for at, _ in series["points"]]
    assert len(times) == 28
    assert max(after - before for before, after in itertools.pairwise(times)) == 180  # two minutes missing


def test_a_widget_that_names_an_alarm_draws_its_metric_and_threshold(console: Console) -> None:
    data = widget(console, "Alarm's own")
    assert data["thresholds"] == [{"value": 50.0, "label": "demo-hot"}]
    assert len(data["series"][0]["points"]) == 28


def test_a_variable_offers_what_its_search_finds_and_begins_with_the_first(console: Console) -> None:
    dashboard = get(console, "/api/dashboards/demo-all-views?hours=1")
    (variable,) = dashboard["variables"]
    assert [choice["value"] for choice in variable["choices"]] == ["h", "i"]
    assert variable["value"] == "h"
    assert widget(console, "On h")["series"][0]["points"][0][1] == 40


def test_a_value_that_nobody_sends_any_more_stays_chosen(console: Console) -> None:
    dashboard = get(console, "/api/dashboards/demo-all-views?hours=1&chosen.host=%22gone%22&chosen.other=1")
    (variable,) = dashboard["variables"]
    assert variable["value"] == '"gone"'
    assert [choice["value"] for choice in variable["choices"]] == ["h", "i", '"gone"']
    assert 'On "gone"' in [one["properties"]["title"] for one in dashboard["widgets"] if "title" in one["properties"]]


def test_a_log_table_gets_its_rows(console: Console) -> None:
    data = widget(console, "Log")
    assert data["columns"] == ["@timestamp", "who"]
    assert [row["who"] for row in data["rows"]] == ["worker-1"]


def test_a_query_that_cannot_be_drawn_says_so(console: Console) -> None:
    assert "pattern" in widget(console, "Unknown")["note"]
    assert "bin()" in widget(console, "No bins")["note"]


def test_what_stats_counts_is_drawn_in_the_widget_s_view(console: Console) -> None:
    bars = widget(console, "Log bars")["bars"]
    assert (bars["by"], bars["names"], bars["values"]) == ("who", ["worker-1"], [{"label": "mean", "values": [40.0]}])
    assert widget(console, "Log pie")["bars"]["values"] == [{"label": "n", "values": [1.0]}]
    (line,) = widget(console, "Log lines")["series"]
    assert (line["label"], line["period"], line["points"]) == ("n", 60, [[1_767_572_940.0, 1.0]])


def test_the_logs_can_be_asked_by_saved_queries_and_others(console: Console) -> None:
    known = get(console, "/api/queries")
    assert known["groups"] == ["/g"]
    (saved,) = known["saved"]
    assert (saved["name"], saved["groups"]) == ("demo/who was slow", ["/g"])
    answer = get(console, f"/api/query?hours=1&group=/g&text={quote(saved['text'])}")
    assert answer["rows"] == [{"who": "worker-1", "slowest": "40"}]
    assert answer["chart"]["bars"]["names"] == ["worker-1"]
    assert answer["statistics"]["recordsScanned"] == 1


@pytest.mark.parametrize(
    ("asked", "said"), [("text=pattern+a&group=/g", "pattern"), ("text=fields+a", "names its log groups")]
)
def test_a_query_that_cannot_be_answered_says_why(console: Console, asked: str, said: str) -> None:
    assert said in get(console, f"/api/query?{asked}")["error"]


def test_a_widget_that_is_refused_says_why_and_leaves_the_others(console: Console) -> None:
    assert widget(console, "Refused")["note"]
    assert widget(console, "Graph")["series"]


def test_a_dashboard_looks_at_its_own_time_unless_told_otherwise(console: Console) -> None:
    own, told = (get(console, f"/api/dashboards/demo-all-views{asked}") for asked in ("", "?hours=2"))
    assert (own["end"] - own["start"], told["end"] - told["start"]) == (3600, 7200)


def test_a_widget_may_look_at_a_time_of_its_own(console: Console) -> None:
    data = widget(console, "Ten minutes")
    assert (data["start"], data["end"]) == (1_767_572_400.0, 1_767_573_000.0)
    assert len(data["series"][0]["points"]) == 10
    assert "start" not in widget(console, "Graph")


def test_a_band_lies_around_what_is_measured(console: Console) -> None:
    measured, band = widget(console, "Band")["series"]
    assert (measured["label"], band["label"], band["band"]) == ("Heat", "Usual", True)
    assert all(low < high for _, low, high in band["points"])
    assert len(band["points"]) == len(measured["points"])


def test_the_account_s_own_data_is_shown_and_nothing_of_one_that_is_not_linked(console: Console) -> None:
    assert len(widget(console, "Mine")["series"][0]["points"]) == 28
    theirs = widget(console, "Theirs")
    assert [series["points"] for series in theirs["series"]] == [[]]
    assert "444455556666 is not linked" in theirs["empty"]
    assert "444455556666 is not linked" in widget(console, "Their log")["note"]


@pytest.mark.parametrize(
    ("path", "status"), [("/api/dashboards/none", 404), ("/api/dashboards/demo-all-views?hours=-1", 400)]
)
def test_bad_requests_are_answered_with_a_reason(console: Console, path: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(console, path)
    assert refused.value.code == status
    assert "error" in json.load(refused.value)


def test_a_used_port_is_refused(console: Console) -> None:
    port = int(console.url.rsplit(":", 1)[1].strip("/"))
    second = Console(lambda name: None, console._clock, port=port)
    with pytest.raises(OSError, match="in use"):
        second.start()
