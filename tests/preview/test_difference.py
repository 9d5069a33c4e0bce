"""What changed against another folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.build import build
from diffusionwatch_local.preview.data import Data, from_file, stated_day
from diffusionwatch_local.preview.difference import OF_PAGES

from .conftest import body, folder, template, widget
from .test_build import answers


@pytest.fixture
def changed(assembly: Assembly, tmp_path: Path) -> dict[str, Any]:
    """The dashboard now, against one with another threshold, place, and set of widgets."""
    old = body()
    line, *others = old["widgets"]
    line["properties"]["annotations"]["horizontal"][0]["value"] = 150
    others[0]["x"], others[0]["y"] = 0, 90
    kept = [one for one in others if one["properties"]["title"] != "Pie"]
    old["widgets"] = [line, *kept, widget("Old", 20, "text", markdown="x")]
    before = Assembly.read(folder(tmp_path / "before", template(old, threshold=99.5)))
    (written,) = build(assembly, stated_day([assembly, before]), tmp_path / "site", before)
    return answers(written.file)


def test_added_removed_moved_and_changed_widgets_are_named(changed: dict[str, Any]) -> None:
    said = {(change["kind"], change["text"]) for change in changed["changes"]}
    assert {
        ("added", "widget Pie"),
        ("removed", "widget Old"),
        ("moved", "widget Stacked"),
        ("changed", "widget Line: limit 150 -> 100"),
    } <= said
    marks = {one["properties"]["title"]: one.get("change") for one in changed["sets"][0]}
    assert (marks["Pie"], marks["Stacked"], marks["Line"], marks["Gauge"]) == ("added", "moved", "changed", None)


def test_a_moved_threshold_is_drawn_where_it_was(changed: dict[str, Any]) -> None:
    line = next(one for one in changed["sets"][0] if one["properties"]["title"] == "Line")
    drawn = {one["label"]: one["value"] for one in line["properties"]["annotations"]["horizontal"]}
    assert drawn == {"limit": 100, "before: limit": 150}


def test_an_alarms_threshold_and_the_pages_gained_by_it_are_named(changed: dict[str, Any]) -> None:
    texts = [change["text"] for change in changed["changes"]]
    assert "alarm busy: Threshold 99.5 -> 75" in texts
    gained = [change for change in changed["changes"] if change["kind"] == "gained"]
    assert gained
    assert all(change["text"].startswith("page sent now: busy at ") for change in gained)
    assert not [change for change in changed["changes"] if change["kind"] == "lost"]


def test_against_itself_nothing_changed(assembly: Assembly, tmp_path: Path) -> None:
    (written,) = build(assembly, stated_day([assembly]), tmp_path, assembly)
    assert written.changes == ()


def recorded(tmp_path: Path, values: list[float], metric: str = "nvidia_smi_utilization_gpu") -> Data:
    """The fleet's busiest GPU, a minute each."""
    name = f'CWAgent/{metric}{{AutoScalingGroupName=""fleet""}}'
    lines = [
        f'{1_767_571_200 + 60 * minute},"{name}",None,{value},1,{value},{value}' for minute, value in enumerate(values)
    ]
    file = tmp_path / "recorded.csv"
    file.write_text("\n".join(["timestamp,metric,unit,sum,count,min,max", *lines]) + "\n", encoding="utf-8")
    return from_file(file)


def pages_of(tmp_path: Path, data: Data, old: float, new: float) -> list[tuple[str, str]]:
    before, after = (
        Assembly.read(folder(tmp_path / str(threshold), template(body(), threshold))) for threshold in (old, new)
    )
    (written,) = build(after, data, tmp_path / "site", before)
    return [(change.kind, change.text) for change in written.common if change.kind in OF_PAGES]


def test_a_page_that_a_threshold_takes_away_is_lost_with_its_day_and_whom_it_told(tmp_path: Path) -> None:
    data = recorded(tmp_path, [10.0] * 30 + [80.0] * 30 + [10.0] * 30)
    ((kind, text),) = pages_of(tmp_path, data, 75, 90)
    assert kind == "lost"
    assert text.startswith("page no longer sent: busy at 2026-01-05 00:")


def test_a_page_that_comes_later_is_neither_lost_nor_gained(tmp_path: Path) -> None:
    data = recorded(tmp_path, [10.0] * 30 + [80.0] * 15 + [95.0] * 30 + [10.0] * 30)
    ((kind, text),) = pages_of(tmp_path, data, 75, 90)
    assert kind == "shifted"
    assert text.endswith(": busy")


def test_a_changed_alarm_that_the_recording_says_nothing_of_is_told(tmp_path: Path) -> None:
    data = recorded(tmp_path, [10.0] * 30, metric="nvidia_smi_memory_used")
    assert ("unknown", "pages of busy: this data cannot answer for it") in pages_of(tmp_path, data, 75, 90)
