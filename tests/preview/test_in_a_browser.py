"""The pages in a real browser: each kind of widget is drawn, thresholds lie where they belong, nothing is loaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.build import build
from diffusionwatch_local.preview.data import Data

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")]


@pytest.fixture(scope="module")
def file(assembly: Assembly, data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(assembly, data, tmp_path_factory.mktemp("site"))[0].file


@pytest.fixture(scope="module")
def page(file: Path) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 1400})
        page.said, page.asked = [], []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector(".tile .content svg")
        yield page
        browser.close()


def tile(page: Any, title: str) -> Any:
    return page.locator(".tile", has=page.locator(f'h2:text-is("{title}")'))


def test_no_error_is_said_and_nothing_is_loaded(page: Any, file: Path) -> None:
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("data:")] == [file.as_uri()]


@pytest.mark.parametrize(
    ("title", "selector", "count"),
    [
        ("Line", ".legend span", 2),
        ("Stacked", "svg path[opacity]", 3),
        ("Number", ".number", 1),
        ("Gauge", "svg path", 2),
        ("Bar", "svg rect", 3),
        ("Pie", "svg circle", 3),
        ("Table", "tbody tr", 3),
        ("Math", ".legend span", 1),
        ("Search", ".legend span", 4),
        ("Alarm's own", ".legend span", 1),
        ("States", ".state", 2),
        ("Log", "tbody tr", 5),
        ("Team, of all resources: tags are known in the account alone", ".legend span", 2),
        ("PromQL", "code", 1),
    ],
)
def test_each_kind_of_widget_is_drawn_with_its_series(page: Any, title: str, selector: str, count: int) -> None:
    assert tile(page, title).locator(selector).count() == count


def test_text_is_markdown_and_a_broken_widget_says_why(page: Any) -> None:
    assert tile(page, "Text").locator("h1").inner_text() == "Fleet"
    assert "m9" in tile(page, "Broken").locator(".note").inner_text()


def test_a_custom_widget_is_what_its_function_answers_without_its_scripts(page: Any) -> None:
    custom = tile(page, "Custom").locator("b")
    assert custom.inner_text() == "Good day, you"
    assert custom.get_attribute("onclick") is None
    assert page.title() == "all kinds"


def test_a_threshold_lies_where_its_value_is_on_the_axis(page: Any) -> None:
    line = tile(page, "Line").locator('svg line[stroke-dasharray="5 4"]')
    assert line.count() == 1
    axis = {
        float(text.text_content()): float(text.get_attribute("y")) - 3.5
        for text in tile(page, "Line").locator("svg text.axis").all()
        if text.get_attribute("text-anchor") == "end"
    }
    assert float(line.get_attribute("y1")) == pytest.approx(axis[100.0], abs=1)


def test_an_alarms_own_threshold_is_drawn(page: Any) -> None:
    assert tile(page, "Alarm's own").locator('svg line[stroke-dasharray="5 4"]').count() == 1


def test_a_vertical_annotation_stands_at_its_time(page: Any) -> None:
    mark = tile(page, "Line").locator('svg line[stroke-dasharray="2 3"]')
    noon = next(t for t in tile(page, "Line").locator("svg text.axis").all() if t.text_content() == "12:00")
    assert float(mark.get_attribute("x1")) == pytest.approx(float(noon.get_attribute("x")), abs=1)


def test_the_whole_day_is_shown_and_a_shorter_range_on_demand(page: Any) -> None:
    assert page.locator("#range").input_value() == "24"
    page.locator("#range").select_option("3")
    page.wait_for_function("shown.data.start === PREVIEW.end - 3 * 3600")
    page.locator("#range").select_option("24")
    page.wait_for_function("shown.data.start === PREVIEW.start")


def test_choosing_a_variables_value_redraws(page: Any) -> None:
    select = page.locator("[data-variable=queue]")
    select.select_option(label="dead letters")
    page.wait_for_function("shown.data.widgets[2].data.series[0].points.every((p) => p[1] === 0)")
    assert tile(page, "Stacked").locator("svg path[opacity]").count() == 3, "what has no queue stays"
    select.select_option(label="as written")
    page.wait_for_function("shown.data.widgets[2].data.series[0].points.some((p) => p[1] > 0)")


def test_light_and_dark_differ_and_paper_is_light(page: Any) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("#theme").click()
    dark = page.evaluate(ground)
    assert light != dark
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ground) == light
    page.emulate_media(media="print")
    assert not page.locator("#theme").is_visible()
    page.emulate_media(media="screen")
