"""The heat map that a dashboard gets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from diffusionwatch_local.aws import EmbeddedAws
from fleet_widget import handler as fleet_widget
from fleet_widget.board import ROWS, Board, Row, board
from fleet_widget.drawing import html
from fleet_widget.request import Figure, Request, read

from .conftest import GROUP, HOUR, NOW, SEARCH, event

Answer = Callable[..., str]
SVG = "{http://www.w3.org/2000/svg}"
REQUEST = Request((Figure("Utilisation", "{N,D}"),), "", "", 0, 3600)


def names(answer: str) -> list[str]:
    root = ElementTree.fromstring(answer)
    return [text.text or "" for text in root.iter(f"{SVG}text") if text.get("x") == "0"]


def cells(answer: str, row: str, figure: int = 0) -> list[tuple[str, float]]:
    """Colour and width of a row's rectangles."""
    groups = [
        g for g in ElementTree.fromstring(answer).iter(f"{SVG}g") if f"{row}:" in (g.find(f"{SVG}title").text or "")
    ]  # type: ignore[union-attr]
    return [(str(rect.get("fill")), float(rect.get("width", 0))) for rect in groups[figure].iter(f"{SVG}rect")]


def test_each_gpu_is_a_row_by_node(answer: Answer) -> None:
    assert [name.strip() for name in names(answer())] == ["i-a 0", "i-a 1", "i-a 2", "i-b 0", "i-b 1", "i-b 2"]


def test_a_busy_gpu_an_idle_one_and_one_that_was_away_look_different(answer: Answer) -> None:
    drawn = answer()
    (busy,), (idle,) = cells(drawn, "i-a 0"), cells(drawn, "i-b 2")
    away = cells(drawn, "i-a 1")

    assert busy[0] != idle[0]
    assert [color for color, _ in away] == [busy[0], "#eceef1", busy[0]]
    assert away[1][1] == pytest.approx(busy[1] / 3, rel=0.05)  # twenty minutes of sixty


def test_a_node_with_errors_in_its_kernels_log_is_marked_once(answer: Answer) -> None:
    drawn = answer()

    assert re.findall(r"Xid [^<]+", drawn) == ["Xid 79 ×2"]
    assert drawn.index("i-b 0") < drawn.index("Xid 79") < drawn.index("i-b 1")
    assert "Xid" not in answer(node_log_group="")
    assert "Xid" not in answer(node_log_group="/nobody/writes/here")


def test_what_is_zoomed_into_is_what_is_drawn(answer: Answer) -> None:
    away = {"start": int((NOW - HOUR + 25 * 60) * 1000), "end": int((NOW - HOUR + 35 * 60) * 1000)}
    context = {"timeRange": {"start": int((NOW - HOUR) * 1000), "end": int(NOW * 1000), "zoom": away}}

    assert "i-a 1" not in answer(context=context)
    assert "i-a 0" in answer(context=context)


def test_the_theme_is_the_dashboards(answer: Answer) -> None:
    light, dark = answer(), answer(context={"theme": "dark"})

    assert 'fill="#16191f"' in light
    assert 'fill="#e8ecf1"' in dark
    assert "#16191f" not in dark


def test_it_is_as_wide_as_the_dashboard_draws_it(answer: Answer) -> None:
    assert ElementTree.fromstring(answer()).get("width") == "900"


def test_nothing_to_draw_is_said(answer: Answer) -> None:
    figures = [{"title": "Utilisation", "search": SEARCH.replace(GROUP, "others")}]

    assert "No GPU has sent a figure" in answer(figures=figures)


def test_describe_is_markdown_whose_yaml_is_a_widgets_parameters() -> None:
    told = fleet_widget.handler({"describe": True}, None)
    (block,) = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)

    assert read({**yaml.safe_load(block), "widgetContext": event()["widgetContext"]}).figures[0].title == "Utilisation"


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"figures": []}, "name no figures"),
        ({"figures": [{"title": "a"}]}, "cannot be read"),
        ({"figures": [{"title": "a", "search": "{N,D}", "colour": "red"}]}, "colour"),
        ({"figures": [{"title": "a", "search": "x', 'Sum', 60) + SEARCH('y"}]}, "no single quotes"),
        ({"figures": [{"title": "a", "search": "{N,D}", "stat": "Sum', 60) + SEARCH('y"}]}, "no single quotes"),
        ({"figures": ["Utilisation"]}, "cannot be read"),
        ({"figures": {"title": "a"}}, "cannot be read"),
        ({"figures": [{"title": "<b>", "search": "{N,D}", "low": 9, "high": 9}]}, "&lt;b&gt; is not above low"),
        ({"context": {"timeRange": {"start": 1, "end": 1}}}, "time range is empty"),
        ({"context": {"timeRange": {}}}, "cannot be read"),
        ({"context": {"timeRange": [1, 2]}}, "timeRange is no object"),
        ({"context": {"timeRange": {"start": 0, "end": 3_600_000, "zoom": 5}}}, "zoom is no object"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_its_place(answer: Answer, different: dict[str, Any], says: str) -> None:
    told = answer(**different)

    assert says in told
    assert told.startswith("<p ")


@pytest.mark.parametrize("context", [[1], "dark", 5])
def test_a_context_that_is_no_object_is_said_too(context: Any) -> None:
    assert "widgetContext is no object" in fleet_widget.handler({**event(), "widgetContext": context}, None)


def test_of_a_log_as_much_is_read_as_a_person_would(aws: EmbeddedAws, answer: Answer, monkeypatch) -> None:
    monkeypatch.setattr(fleet_widget, "EVENTS", 1)

    assert re.findall(r"Xid [^<]+", answer()) == ["Xid 79 ×1"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetMetricData"), "refuses GetMetricData: AccessDenied"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "does not answer: EndpointConnectionError"),
    ],
)
def test_an_aws_that_says_no_is_told_and_not_raised(
    error: Exception, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise error

    monkeypatch.setattr(fleet_widget, "_client", refuse)

    assert says in fleet_widget.handler(event(), None)


@given(st.text(), st.text(), st.text())
def test_no_text_becomes_markup(name: str, title: str, unit: str) -> None:
    """Whatever a dimension or a parameter holds: tags are ours alone."""
    figure = Figure(title, "{N,D}", unit=unit)
    request = Request((figure,), "", "", 0, 3600)
    drawn = html(request, Board((Row(name, ((1.0, None),)),)))

    assert set(re.findall(r"</?(\w+)", drawn)) <= {"svg", "g", "title", "text", "tspan", "rect", "p"}
    assert not re.search(r"<[^>]*\son", drawn)


@pytest.mark.parametrize(
    ("hours", "period"), [(1, 300), (0.5, 60), (3, 300), (12, 900), (24, 3600), (7 * 24, 21_600), (40 * 24, 86_400)]
)
def test_a_longer_range_has_longer_periods(hours: float, period: int) -> None:
    assert Request((), "", "", 0, 3600 * hours).period == period


def test_of_a_big_fleet_the_idlest_are_drawn_and_the_others_counted() -> None:
    rows = [{"Id": "f0", "Label": f"i-{number:03} 0", "Timestamps": [], "Values": []} for number in range(ROWS + 20)]
    for number, row in enumerate(rows):
        row["Timestamps"], row["Values"] = [datetime.fromtimestamp(60, timezone.utc)], [float(number)]
    drawn = board(REQUEST, rows)

    assert (len(drawn.rows), drawn.left_out) == (ROWS, 20)
    assert max(row.name for row in drawn.rows) == f"i-{ROWS - 1:03} 0"
    assert "20 busier GPUs are not drawn" in html(REQUEST, drawn)


def test_the_answer_for_a_big_busy_fleet_stays_small() -> None:
    strips = tuple(float(number * 37 % 100) for number in range(48))
    drawn = html(REQUEST, Board(tuple(Row(f"i-{number:017} 0", (strips,)) for number in range(ROWS))))

    assert len(drawn) < 1_000_000  # Lambda answers at most 6 MB
