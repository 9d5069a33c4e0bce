"""`diffusionwatch review`: what a pull request does to the monitoring, as one comment and one page."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_cli.main import load

from .conftest import body, folder, template


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        load("review")([str(one) for one in arguments])
    return int(left.value.code or 0)


def sound_widgets() -> list[dict[str, Any]]:
    """Those of the preview's tests without what the lint would find."""
    return [one for one in body()["widgets"] if one["properties"]["title"] != "Broken"]


def sound(threshold: float = 75) -> dict[str, Any]:
    return template({**body(), "widgets": sound_widgets()}, threshold)


SCENARIO = """
template: {template}
interval: 1m
series:
  CWAgent/nvidia_smi_utilization_gpu{{AutoScalingGroupName="fleet"}}: "{values}"
expect:
  - {{alarm: busy, at: 59m, state: ALARM}}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return folder(tmp_path / "base", sound(threshold=99.5))


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return folder(tmp_path / "head", sound())


def test_a_moved_threshold_is_told_with_its_pages_and_its_cost(head: Path, base: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "busy.yaml"
    scenario.write_text(SCENARIO.format(template=head / "s.template.json", values="10x30 99x30"), encoding="utf-8")
    out = tmp_path / "review"
    assert run(head, "--against", base, "--out", out, "--scenarios", scenario) == 0
    comment = (out / "review.md").read_text(encoding="utf-8")
    assert "### Monitoring is sound" in comment
    assert "| Scenarios | promises kept: 1 of 1 |" in comment
    assert "- changed: alarm busy: Threshold 99.5 -> 75" in comment
    assert "- gained: page sent now: busy at " in comment
    assert "| Cost | 3.60 US dollars a month, +0.00 |" in comment
    assert len(comment) < 65_536  # what a comment may hold


def test_without_data_the_day_is_invented_and_the_comment_says_so(head: Path, base: Path, tmp_path: Path) -> None:
    run(head, "--against", base, "--out", tmp_path / "review")
    comment = (tmp_path / "review" / "review.md").read_text(encoding="utf-8")
    assert "on the same data (An invented day, for want of --data)" in comment


def test_alarms_without_a_dashboard_are_reviewed_too(tmp_path: Path) -> None:
    bare = {name: template({"widgets": []}, threshold) for name, threshold in (("base", 99.5), ("head", 75))}
    for one in bare.values():
        one["Resources"] = {
            name: kept for name, kept in one["Resources"].items() if kept["Type"] != "AWS::CloudWatch::Dashboard"
        }
    old, new = (folder(tmp_path / name, one) for name, one in bare.items())
    assert run(new, "--against", old, "--out", tmp_path / "review") == 0
    comment = (tmp_path / "review" / "review.md").read_text(encoding="utf-8")
    assert "- changed: alarm busy: Threshold 99.5 -> 75" in comment
    assert "- gained: page sent now: busy at " in comment
    assert (tmp_path / "review" / "review.html").exists()


def test_a_line_that_is_too_long_for_a_comment_is_cut(head: Path, tmp_path: Path) -> None:
    faulty = sound()
    faulty["Resources"]["Busy"]["Properties"]["MetricName"] = "nvidia_smi_" + "x" * 5000
    found = folder(tmp_path / "long", faulty)
    assert run(found, "--against", head, "--out", tmp_path / "review") == 1
    lines = (tmp_path / "review" / "review.md").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 402


def test_a_new_fault_and_a_broken_promise_end_with_one(base: Path, tmp_path: Path) -> None:
    faulty = sound(threshold=101)
    head = folder(tmp_path / "head", faulty)
    scenario = tmp_path / "busy.yaml"
    scenario.write_text(SCENARIO.format(template=head / "s.template.json", values="99x60"), encoding="utf-8")
    assert run(head, "--against", base, "--out", tmp_path / "review", "--scenarios", scenario) == 1
    comment = (tmp_path / "review" / "review.md").read_text(encoding="utf-8")
    assert "### Monitoring needs work" in comment
    assert "| Lint | 1 finding, 1 new |" in comment
    assert "`DW024` Resources/Busy/Properties/Threshold" in comment
    assert "promises kept: 0 of 1" in comment


def test_a_finding_that_was_there_before_is_called_so(tmp_path: Path) -> None:
    faulty = folder(tmp_path / "faulty", sound(threshold=101))
    assert run(faulty, "--against", faulty, "--out", tmp_path / "review") == 1
    assert "| Lint | 1 finding, 0 new |" in (tmp_path / "review" / "review.md").read_text(encoding="utf-8")


def test_the_page_holds_each_changed_dashboard_before_and_after(head: Path, tmp_path: Path) -> None:
    old = body()
    old["widgets"] = old["widgets"][:5]
    base = folder(tmp_path / "old", template(old))
    out = tmp_path / "review"
    run(head, "--against", base, "--out", out)
    page = (out / "review.html").read_text(encoding="utf-8")
    for when in ("before", "after"):
        assert html.escape((out / when / "all-kinds.html").read_text(encoding="utf-8")) in page
    assert 'src="' not in page
    assert "href=" not in page.partition("srcdoc")[0]


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium: apt-get install chromium")
def test_the_dashboards_on_the_page_are_drawn(head: Path, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    old = body()
    head_widgets, old["widgets"] = sound_widgets(), old["widgets"][:5]
    run(head, "--against", folder(tmp_path / "old", template(old)), "--out", tmp_path / "review")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 1400})
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((tmp_path / "review" / "review.html").as_uri())
        frame = page.frame_locator("iframe").first
        frame.locator(".tile .content svg").first.wait_for()
        assert frame.locator(".tile[data-change=added]").count() == len(head_widgets) - 5
        assert said == []
        browser.close()


def test_bad_input_is_one_message_and_status_two(
    head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(head, "--against", tmp_path / "absent", "--out", tmp_path / "review") == 2
    assert run(head, "--against", head, "--out", tmp_path / "review", "--scenarios", tmp_path / "absent.yaml") == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.startswith("diffusionwatch: ") for line in said)
