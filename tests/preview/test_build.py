"""What the pages say, before a browser draws them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from diffusionwatch_local.preview.assembly import Assembly, PreviewError
from diffusionwatch_local.preview.build import build
from diffusionwatch_local.preview.custom import run
from diffusionwatch_local.preview.data import Data, stated_day

from .conftest import body, folder, template


def answers(page: Path) -> dict[str, Any]:
    """The data inside a page."""
    text = page.read_text(encoding="utf-8")
    _, _, rest = text.partition('<script type="application/json" id="preview">')
    return dict(json.loads(rest.partition("</script>")[0].replace("<\\/", "</")))


@pytest.fixture(scope="module")
def drawn(assembly: Assembly, data: Data, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    (written,) = build(assembly, data, tmp_path_factory.mktemp("site"))
    return answers(written.file)


def series_of(drawn: dict[str, Any], title: str, choice: int = 0) -> list[dict[str, Any]]:
    widgets = [one or first for one, first in zip(drawn["sets"][choice], drawn["sets"][0], strict=True)]
    return next(list(one["data"]["series"]) for one in widgets if one["properties"]["title"] == title)


def test_every_metric_widget_has_its_series(drawn: dict[str, Any]) -> None:
    wanted = {"Line": 2, "Stacked": 3, "Number": 1, "Gauge": 1, "Bar": 3, "Pie": 3, "Table": 3, "Math": 1, "Search": 4}
    for title, count in wanted.items():
        found = series_of(drawn, title)
        assert len(found) == count, title
        assert all(any(value is not None for value in one["values"]) for one in found), title


def test_metric_math_is_that_of_the_simulator(drawn: dict[str, Any]) -> None:
    sent, a_minute = series_of(drawn, "Line")[0], series_of(drawn, "Math")[0]
    assert a_minute["label"] == "a minute"
    for whole, share in zip(sent["values"], a_minute["values"], strict=True):
        assert share == pytest.approx(whole / 5, rel=1e-4)


def test_what_cannot_be_evaluated_says_why_instead_of_a_graph(drawn: dict[str, Any]) -> None:
    broken = next(one for one in drawn["sets"][0] if one["properties"]["title"] == "Broken")
    assert "m9" in broken["data"]["note"]


def test_an_alarms_widget_has_its_metric_and_its_threshold(drawn: dict[str, Any]) -> None:
    own = next(one for one in drawn["sets"][0] if one["properties"]["title"] == "Alarm's own")
    assert len(own["data"]["series"]) == 1
    assert own["data"]["thresholds"] == [{"value": 75.0, "label": "busy"}]


def test_alarms_have_the_states_that_the_day_gives_them(drawn: dict[str, Any]) -> None:
    states = {alarm["name"]: alarm for alarm in drawn["state"]["alarms"]}
    assert states["busy"]["state"] == "OK"
    assert states["busy"]["notifies"]
    assert states["any"]["composite"]
    lanes = {lane["alarm"]: lane["alarming"] for lane in drawn["state"]["story"]["lanes"]}
    assert lanes["busy"], "the campaign makes the GPUs busy"
    assert all(begin < end for begin, end in lanes["busy"])


def test_each_choice_of_a_variable_has_its_own_data(drawn: dict[str, Any]) -> None:
    (variable,) = drawn["variables"]
    assert [choice["label"] for choice in variable["choices"]] == ["as written", "jobs", "dead letters"]
    dead = series_of(drawn, "Line", variable["choices"][2]["set"])[0]
    assert set(dead["values"]) == {0}
    kept = [one for one in drawn["sets"][variable["choices"][2]["set"]] if one]
    assert {one["properties"]["title"] for one in kept} == {"Line", "Number", "Math"}, "the others are not drawn twice"


def test_a_variable_with_a_search_offers_what_the_data_has_and_begins_with_the_first(
    tmp_path: Path,
) -> None:
    single = "{CWAgent,AutoScalingGroupName,InstanceId,index,name,arch} utilization"
    shown = body()
    shown["widgets"][8]["properties"]["title"] = "chosen-instance"
    expression = f"SEARCH('{single} InstanceId=\"chosen-instance\"', 'Average', 300)"
    shown["widgets"][8]["properties"]["metrics"] = [
        [{"expression": expression, "id": "s", "label": "GPU ${PROP('Dim.index')}"}]
    ]
    shown["variables"] = [
        {
            "type": "pattern",
            "pattern": "chosen-instance",
            "inputType": "select",
            "id": "instance",
            "search": single,
            "populateFrom": "InstanceId",
            "defaultValue": "__FIRST",
        }
    ]
    assembly = Assembly.read(folder(tmp_path / "cdk.out", template(shown)))
    (written,) = build(assembly, stated_day([assembly]), tmp_path / "site")
    drawn = answers(written.file)

    (variable,) = drawn["variables"]
    values = [choice["value"] for choice in variable["choices"]]
    assert len(values) == len(set(values)) == 4
    assert variable["value"] == values[0] == drawn["sets"][0][8]["properties"]["title"]
    last = drawn["sets"][variable["choices"][3]["set"]][8]
    assert last["properties"]["title"] == values[3]
    assert [one["label"] for one in last["data"]["series"]] == ["GPU 0"]


def test_the_log_widget_shows_the_days_faults(drawn: dict[str, Any]) -> None:
    log = next(one["data"] for one in drawn["sets"][0] if one["type"] == "log")
    assert log["columns"] == ["@timestamp", "ErrorClass"]
    assert len(log["rows"]) == 5


@pytest.mark.parametrize(
    ("handler", "code", "says"),
    [
        ("hello.handler.handler", "raise RuntimeError('needs AWS')", "cannot be run here: RuntimeError: needs AWS"),
        ("hello.handler.absent", "", "cannot be run here: AttributeError"),
        ("hello.handler.handler", "def handler(e, c): return {'markdown': '# Hi'}", "# Hi"),
        ("hello.handler.handler", "def handler(e, c): return {'n': 1}", '`{"n": 1}`'),
    ],
)
def test_a_custom_widget_that_cannot_be_run_says_why(handler: str, code: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "asset.abc" / "hello").mkdir(parents=True)
    (tmp_path / "asset.abc" / "hello" / "handler.py").write_text(code, encoding="utf-8")
    known = {"hello": {"Handler": handler, "Code": {"S3Key": "abc.zip"}}}
    (answer,) = run({"endpoint": "arn:x:hello"}, known, tmp_path, (0, 60)).values()
    assert says in answer
    assert "no function" in run({"endpoint": "arn:x:other"}, known, tmp_path, (0, 60))["note"]


def test_a_page_names_no_other_file_and_no_host(assembly: Assembly, data: Data, tmp_path: Path) -> None:
    build(assembly, data, tmp_path)
    for page in tmp_path.glob("*.html"):
        text = re.sub(r"<script.*?</script>", "", page.read_text(encoding="utf-8"), flags=re.S)
        assert not re.findall(r'(?:src|href)="(?!data:|[\w-]+\.html")', text)
        assert "url(" not in text
    assert '<a href="all-kinds.html">all kinds</a>' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_same_templates_give_the_same_page(assembly: Assembly, tmp_path: Path) -> None:
    first, second = (build(assembly, stated_day([assembly]), tmp_path / name)[0].file for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_markup_in_a_dashboard_stays_inside_the_data(tmp_path: Path) -> None:
    evil = body()
    evil["widgets"][12]["properties"]["markdown"] = "</script><script>alert(1)</script>"
    other = Assembly.read(folder(tmp_path / "in", template(evil)))
    (written,) = build(other, stated_day([other]), tmp_path / "out")
    assert "</script><script>alert(1)" not in written.file.read_text(encoding="utf-8")


def test_templates_without_a_dashboard_are_refused(tmp_path: Path, data: Data) -> None:
    empty = Assembly.read(folder(tmp_path / "in", {"Resources": {}}))
    with pytest.raises(PreviewError, match="no dashboard"):
        build(empty, data, tmp_path / "out")
