"""The page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from diffusionwatch_local.console.server import Console

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")]


@pytest.fixture(scope="module")
def page(console: Console) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(f"{console.url}?hours=1")
        page.wait_for_selector(".tile .content svg")
        yield page
        browser.close()


def test_every_view_is_drawn_without_an_error(page: Any) -> None:
    assert page.errors == []
    assert page.locator(".tile").count() == 24
    metrics, logs = ("Graph", "Stack", "Gauge", "Bar", "Pie", "Alarm's own", "Band"), ("bars", "pie", "lines", "areas")
    for title in (*metrics, *(f"Log {view}" for view in logs)):
        tile = page.locator(".tile", has=page.locator(f'h2:text-is("{title}")'))
        assert tile.locator("svg path, svg rect, svg circle").count() > 0, title


def test_a_line_breaks_where_minutes_are_missing(page: Any) -> None:
    graph = page.locator(".tile", has=page.locator("h2:text-is('Graph')"))
    strokes = graph.locator("svg path[fill=none]").count()
    assert strokes >= 2


def test_a_graph_whose_alarm_goes_off_is_marked(page: Any) -> None:
    marked = page.locator(".tile.alarming h2").all_inner_texts()
    assert set(marked) == {"Graph", "Alarm's own"}
    assert page.locator(".chip[data-state=ALARM]").count() == 1


def test_the_number_is_the_last_full_minute(page: Any) -> None:
    assert page.locator(".number b").inner_text() == "69"


def test_text_is_markdown_without_markup_of_its_own(page: Any) -> None:
    assert page.locator(".markdown h1").inner_text() == "Fleet"
    assert page.locator(".markdown b").inner_text() == "bold"


def test_a_link_to_a_dashboard_that_is_here_stays_here(page: Any) -> None:
    assert page.locator(".markdown a:text-is('home')").get_attribute("href") == "#demo-all-views"
    assert page.locator(".markdown a:text-is('a link')").get_attribute("href") == "https://example.com"
    assert page.locator(".markdown a:text-is('logs')").get_attribute("href") == "#/logs"


def test_an_address_may_hold_parentheses(page: Any) -> None:
    faults = page.locator(".markdown a:text-is('faults')")
    assert faults.get_attribute("href") == "https://aws.test/?q=group(a%20(b))"


def test_a_variable_is_a_choice_that_only_its_widgets_follow(page: Any) -> None:
    choice = page.locator("[data-variable=host]")
    assert choice.locator("option").all_inner_texts() == ["h", "i"]
    assert choice.input_value() == "h"
    choice.select_option("i")
    page.wait_for_selector("h2:text-is('On i')")
    assert (
        page.evaluate("shown.data.widgets.find((one) => one.properties.title === 'On i').data.series[0].points[0][1]")
        == 7
    )
    assert page.locator(".number b").inner_text() == "69"
    page.evaluate("repeat(refresh, 1e9)")
    assert choice.input_value() == "i", "what was chosen stays when the page asks again"
    choice.select_option("h")
    page.wait_for_selector("h2:text-is('On h')")


def test_nothing_is_loaded_from_elsewhere(page: Any, console: Console) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector(".tile .content svg")
    assert asked
    assert all(url.startswith((console.url, "data:")) for url in asked)


def test_both_themes_have_their_own_colours(page: Any, console: Console) -> None:
    seen = set()
    for theme in ("light", "dark"):
        page.goto(f"{console.url}?hours=1&theme={theme}")
        page.wait_for_selector(".tile")
        seen.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(seen) == 2


def test_what_people_got_stands_under_the_story_as_text(page: Any) -> None:
    told = [
        {"at": 60, "by": "page", "text": "stuck is ALARM"},
        {"at": 120, "by": "chat", "text": "Firing: <b>stuck</b>"},
    ]
    story = {"title": "t", "text": "", "mood": "broken", "start": 0, "end": 600, "incidents": [], "messages": told}
    lines = page.evaluate(
        """story => { drawStory({ story, clock: { now: 300 } });
           return [...document.querySelectorAll("#messages li")].map((line) => line.textContent); }""",
        story,
    )
    assert lines == ["00:01pagestuck is ALARM", "00:02chatFiring: <b>stuck</b>"]


def test_an_alarm_tells_all_of_itself_by_keys_alone(page: Any, console: Console) -> None:
    page.goto(f"{console.url}?hours=1")
    page.wait_for_selector(".chip")
    page.locator(".chip").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("dialog h2").inner_text() == "demo-hot"
    assert "Threshold Crossed" in page.locator("dialog .told").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_the_arrows_read_a_graph_from_its_newest_point_on(page: Any) -> None:
    graph = page.locator(".tile", has=page.locator("h2:text-is('Graph')")).locator("svg")
    graph.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert "Heat: 68" in page.locator("#tip").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#tip").is_visible()


def test_a_widget_of_its_own_time_says_so(page: Any) -> None:
    assert page.locator("h2:has-text('Ten minutes') small").inner_text() == "last 10 min"
    assert page.locator("h2:text-is('Graph') small").inner_text() == ""


def test_a_band_is_an_area_that_says_what_it_is(page: Any) -> None:
    tile = page.locator(".tile", has=page.locator("h2:text-is('Band')"))
    assert tile.locator("path.band").count() > 0
    assert "stand-in" in tile.locator(".footnote").inner_text()


def test_a_row_of_an_event_opens_the_whole_of_it(page: Any) -> None:
    row = page.locator(".tile", has=page.locator("h2:text-is('Log')")).locator("tbody tr")
    row.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog .record")
    names, values = (page.locator(f".record {cell}").all_inner_texts() for cell in ("th", "td"))
    fields = dict(zip(names, values, strict=True))
    assert (fields["who"], fields["ms"], fields["@logStream"]) == ("worker-1", "40", "s")
    page.keyboard.press("Escape")


def test_the_page_fits_a_telephone(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1500, "height": 1000})


def test_a_saved_query_is_run_from_the_page_of_logs(page: Any) -> None:
    page.locator("nav .logs").click()
    page.wait_for_selector("[name=saved] option:nth-child(2)", state="attached")
    page.select_option("[name=saved]", index=1)
    page.wait_for_selector("#answer table")
    assert page.locator("#answer td").all_inner_texts() == ["worker-1", "40"]
    assert page.locator("#answer svg rect").count() > 0
    assert not page.locator("#grid").is_visible()
    page.fill("[name=text]", "pattern @message")
    page.keyboard.press("Control+Enter")
    assert "pattern" in page.locator("#answer [role=alert]").inner_text()
    page.locator("nav button").first.click()
    page.wait_for_selector(".tile .content svg")
    assert page.locator("#grid").is_visible()
    assert page.errors == []
