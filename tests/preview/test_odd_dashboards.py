"""Dashboards that nobody would write on purpose: each widget is drawn, written out or named, and nothing crashes."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from diffusionwatch_cli.main import load
from diffusionwatch_local.preview import readable
from diffusionwatch_local.preview.assembly import Assembly
from diffusionwatch_local.preview.build import build
from diffusionwatch_local.preview.data import Data, stated_day

from .conftest import QUEUE, body, widget


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        load("preview")([str(one) for one in arguments])
    return int(left.value.code or 0)


def assembly_of(*widgets: Any, **rest: Any) -> Assembly:
    properties = {"DashboardName": "odd", "DashboardBody": json.dumps({"widgets": list(widgets), **rest})}
    board = {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}
    return Assembly(Path("odd"), ({"Resources": {"Board": board}},))


def tiles(tmp_path: Path, *widgets: Any) -> list[dict[str, Any]]:
    """What stands on the page, by widget."""
    assembly = assembly_of(*widgets)
    (one,) = build(assembly, stated_day([assembly]), tmp_path)
    text = one.file.read_text(encoding="utf-8").split('id="preview">')[1].split("</script>")[0]
    found: list[dict[str, Any]] = json.loads(text.replace("<\\/", "</"))["sets"][0]
    return found


EXPLORER = {
    "metrics": [{"metricName": "NumberOfMessagesSent", "resourceType": "AWS::SQS::Queue", "stat": "Sum"}],
    "labels": [{"key": "team", "value": "images"}],
    "splitBy": "team",
}


def test_an_explorer_draws_what_the_data_has_and_says_that_tags_are_not_known(tmp_path: Path) -> None:
    _, explorer = tiles(tmp_path, widget("Queue", 0, metrics=[QUEUE]), widget("Team", 1, "explorer", **EXPLORER))
    assert [one["label"] for one in explorer["data"]["series"]] == ["jobs NumberOfMessagesSent"]
    assert explorer["properties"]["title"] == "Team, of all resources: tags are known in the account alone"


def test_an_explorer_without_data_lists_what_it_asks_for(tmp_path: Path) -> None:
    (explorer,) = tiles(tmp_path, widget("Team", 0, "explorer", **EXPLORER))
    lines = explorer["data"]["markdown"].splitlines()
    assert lines[1:] == [
        "- `NumberOfMessagesSent`, Sum, of each AWS::SQS::Queue",
        "- with the tag `team` = `images`",
        "- one graph for each `team`",
    ]


def test_a_chart_shows_its_queries(tmp_path: Path) -> None:
    queries = [{"language": "PromQL", "query": "avg(DCGM_FI_DEV_GPU_UTIL)"}]
    (chart,) = tiles(tmp_path, widget("Heat", 0, "chart", view="heatmap", data={"queries": queries}))
    assert chart["data"]["markdown"] == (
        "**heatmap**, drawn in the account alone\n- PromQL: `avg(DCGM_FI_DEV_GPU_UTIL)`"
    )


def test_what_cannot_be_read_is_a_tile_that_says_so_and_widgets_without_a_place_get_one(tmp_path: Path) -> None:
    odd = [5, {"type": "metric", "properties": {"title": "Rows", "metrics": ["x"]}}, {"type": "text"}]
    sound, *found = tiles(tmp_path, widget("Queue", 0, metrics=[QUEUE]), *odd)
    assert sound["data"]["series"]
    assert all("cannot be read" in one["data"]["note"] for one in found)
    assert [(one["x"], one["y"]) for one in found] == [(0, 6), (6, 6), (12, 6)]


@pytest.mark.parametrize("given", ["[]", '"text"', '{"widgets": 5}', "[" * 5000, "{"])
def test_a_body_that_is_none_is_refused_by_the_name_of_its_dashboard(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": given}}
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({"Resources": {"Board": board}}), encoding="utf-8")
    assert run(file, "--out", tmp_path / "site") == 2
    said = capsys.readouterr().err
    assert said.startswith("diffusionwatch: the body of the dashboard Board ")
    assert said.count("\n") == 1


def test_a_template_in_yaml_with_a_body_as_an_object_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "board.yaml"
    file.write_text(
        "\ufeffResources:\n  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties:\n"
        "      DashboardName: !Sub 'shop-${AWS::Region}'\n"
        "      DashboardBody: !ToJsonString\n        widgets:\n"
        "          - {type: text, properties: {markdown: !Select [3, [only, two]]}}\n",
        encoding="utf-8",
    )
    assert run(file, "--out", tmp_path / "site") == 0
    assert (tmp_path / "site" / "shop--AWS-Region-.html").exists()


def test_the_folders_below_a_folder_are_looked_at(tmp_path: Path, data: Data) -> None:
    for stage in ("blue", "green"):
        (tmp_path / f"assembly-{stage}").mkdir()
        properties = {"DashboardName": stage, "DashboardBody": json.dumps({"widgets": []})}
        resources = {"Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}
        file = tmp_path / f"assembly-{stage}" / "s.template.json"
        file.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    assert sorted(Assembly.read(tmp_path).dashboards) == ["blue", "green"]


def test_the_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(readable).failed == 0


ODD: list[Any] = [None, True, 0, -1.5, "", "x", "${A}", [], {}, [None], [{}], {"a": None}, "[", 10**9]


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(found for key, below in inner for found in _places(below, (*path, key)))]


def _without_programs() -> dict[str, Any]:
    """A custom widget would run its function for each example."""
    board = body()
    return {**board, "widgets": [one for one in board["widgets"] if one["type"] != "custom"]}


@given(some.sampled_from(_places(_without_programs())[1:]), some.sampled_from(ODD))
@settings(max_examples=150, deadline=None)
def test_no_value_anywhere_in_a_body_is_a_crash(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[Any, ...], value: Any
) -> None:
    changed = _without_programs()
    inside: Any = changed
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    if isinstance(changed["widgets"], list):
        assembly = assembly_of(*changed.pop("widgets"), **changed)
        build(assembly, stated_day([assembly]), tmp_path_factory.mktemp("site"))
