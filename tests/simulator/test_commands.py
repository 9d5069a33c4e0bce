"""``diffusionwatch test-alarms`` and ``diffusionwatch replay``, as they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from diffusionwatch_cli.main import app

SCENARIO = """
alarms:
  idle:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: CWAgent
      MetricName: gpu
      Statistic: Average
      Period: 60
      EvaluationPeriods: 3
      Threshold: THRESHOLD
      ComparisonOperator: LessThanThreshold
      AlarmActions: [arn:page]
series:
  CWAgent/gpu: "85x10 3x10 85x10"
expect:
  - {alarm: idle, at: 12m, state: OK}
  - {alarm: idle, at: 13m, state: ALARM}
  - {alarm: idle, from: 0m, to: 12m, never: ALARM}
math:
  - {expression: "IF(m1 > 25, 1, 0)", with: {m1: "30 20 _ 0"}, expect: "1 0 _ 0"}
"""


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "idle.yaml"
    path.write_text(SCENARIO.replace("THRESHOLD", "5"))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text(SCENARIO.replace("THRESHOLD", "2"))
    return path


def test_the_answer_is_one_object_of_the_promised_shape(scenario: Path) -> None:
    done = call("test-alarms", scenario, "--json")
    answer: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {key: answer[key] for key in ("files", "passed", "failed", "unsupported", "uncovered")} == {
        "files": 1,
        "passed": 4,
        "failed": 0,
        "unsupported": 0,
        "uncovered": [],
    }
    assert [(one["kind"], one["expected"], one["actual"], one["ok"]) for one in answer["results"]] == [
        ("state", "OK", "OK", True),
        ("state", "ALARM", "ALARM", True),
        ("never", "never ALARM", "never ALARM", True),
        ("math", "1 0 _ 0", "1 0 _ 0", True),
    ]


def test_a_broken_threshold_makes_exactly_its_promise_fail_and_is_drawn(scenario: Path, broken: Path) -> None:
    done = call("test-alarms", scenario.parent)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("FAIL")] == [
        f"FAIL {broken}:18: idle at 13m: expected ALARM, was OK: 0 of 3 datapoints below 2 (3.0, 3.0, 3.0); 3 needed"
    ]
    assert any(line.strip().startswith("newest datapoint") for line in lines)
    assert lines[-1] == "2 files: 7 passed, 1 failed, 0 unsupported"


def test_bad_input_is_one_line_and_exit_status_2(scenario: Path) -> None:
    scenario.write_text("intervall: 1m\n")
    done = call("test-alarms", scenario)
    assert done.exit_code == 2
    assert done.stderr.strip() == (
        f"diffusionwatch: {scenario}:1: a scenario has no key 'intervall'; did you mean interval?"
    )
    assert call("test-alarms", scenario.parent / "nowhere.yaml").exit_code == 2


def test_files_for_machines_and_for_people_are_written_beside_the_answer(scenario: Path) -> None:
    xml, html = scenario.parent / "out.xml", scenario.parent / "out.html"
    assert call("test-alarms", scenario, "--junit", xml, "--report", html).exit_code == 0
    assert xml.read_text().count("<testcase") == 4
    assert "<svg" in html.read_text()


def test_coverage_is_required_only_when_asked_for(scenario: Path) -> None:
    text = scenario.read_text()
    scenario.write_text(text[: text.index("expect:")] + "expect: []\n")
    assert call("test-alarms", scenario).exit_code == 0
    done = call("test-alarms", scenario, "--require-coverage")
    assert done.exit_code == 1
    assert "FAIL uncovered: no scenario names idle" in done.stdout


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Path]:
    """A template and half an hour of data."""
    properties = {
        "Namespace": "CWAgent",
        "MetricName": "gpu",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": {"Ref": "Threshold"},
        "ComparisonOperator": "LessThanThreshold",
        "AlarmActions": [{"Ref": "Topic"}],
    }
    resources = {"Idle": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties | {"AlarmName": "idle"}}}
    template, data = tmp_path / "template.json", tmp_path / "data.csv"
    template.write_text(json.dumps({"Resources": resources}))
    values = [85] * 10 + [3] * 10 + [85] * 10
    rows = [f"2026-01-05T00:{minute:02}:00Z,{value}" for minute, value in enumerate(values)]
    data.write_text("\n".join(["timestamp,CWAgent/gpu", *rows]))
    return template, data


def test_replay_prints_every_page(recorded: tuple[Path, Path]) -> None:
    done = call("replay", *recorded, "--resolve", "Threshold=5")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("2026-01-05T00:13:00Z       8 min  idle: Threshold Crossed: 3 out of")
    assert done.stdout.splitlines()[-1] == "1 page"


def test_replay_answers_scripts(recorded: tuple[Path, Path]) -> None:
    done = call("replay", *recorded, "--resolve", "Threshold=5", "--json")
    page = json.loads(done.stdout)["pages"][0]
    assert (page["alarm"], page["at"], page["until"], page["minutes"], page["actions"]) == (
        "idle",
        "2026-01-05T00:13:00Z",
        "2026-01-05T00:21:00Z",
        8,
        ["${Topic}"],
    )


def test_replay_with_another_value(recorded: tuple[Path, Path]) -> None:
    done = call("replay", *recorded, "--resolve", "Threshold=5", "--set", "idle.Threshold=2")
    assert done.stdout.splitlines() == ["0 pages"]


def test_an_alarm_that_cannot_be_resolved_is_told_also_when_another_is_set(recorded: tuple[Path, Path]) -> None:
    template = json.loads(recorded[0].read_text())
    busy = template["Resources"]["Idle"]["Properties"] | {"AlarmName": "busy", "Threshold": {"Ref": "Unknown"}}
    template["Resources"]["Busy"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": busy}
    recorded[0].write_text(json.dumps(template))
    done = call("replay", *recorded, "--resolve", "Threshold=5", "--set", "idle.Threshold=2")
    assert done.exit_code == 1
    assert "UNSUPPORTED busy: Unknown: stays unresolved" in done.stdout


def test_a_sweep_writes_its_picture(
    recorded: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("replay", *recorded, "--resolve", "Threshold=5", "--sweep", "idle.Threshold=1:5")
    assert done.exit_code == 0
    assert "written: sweep.html" in done.stdout
    assert "<svg" in (tmp_path / "sweep.html").read_text()


def test_an_alarm_that_the_data_cannot_answer_for_is_named(recorded: tuple[Path, Path]) -> None:
    done = call("replay", *recorded)
    assert done.exit_code == 1
    assert "UNSUPPORTED idle: Threshold: stays unresolved" in done.stdout
    assert call("replay", recorded[0], recorded[0].parent / "nothing.csv").exit_code == 2
