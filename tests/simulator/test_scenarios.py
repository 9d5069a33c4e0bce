"""The scenario format, rule by rule."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cloudwatch_simulator import ScenarioError
from cloudwatch_simulator.scenario.answer import answer
from cloudwatch_simulator.scenario.drawing import lines
from cloudwatch_simulator.scenario.junit import junit
from cloudwatch_simulator.scenario.reading import read_scenario
from cloudwatch_simulator.scenario.report import report

IDLE = """
alarms:
  idle:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: CWAgent
      MetricName: gpu
      Dimensions: [{Name: Group, Value: g}]
      Statistic: Average
      Period: 60
      EvaluationPeriods: 3
      Threshold: 5
      ComparisonOperator: LessThanThreshold
      AlarmActions: [{Ref: Topic}]
"""
SERIES = """
series:
  CWAgent/gpu{Group="g"}: "85x10 0x2 7.5 0x5 85x5"
"""


def written(folder: Path, text: str, name: str = "idle.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def results(folder: Path, expect: str, head: str = IDLE + SERIES) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer([written(folder, head + "expect:\n" + expect)]).answered()["results"]
    return found


def test_a_state_is_seen_from_the_end_of_the_interval(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
  - {alarm: idle, at: 12m, state: OK}
  - {alarm: idle, at: 13m, state: ALARM, note: too early}
  - {alarm: idle, at: 16m, state: ALARM}
  - {alarm: idle, at: 960s, state: ALARM}
  - {alarm: idle, at: 0m, state: INSUFFICIENT_DATA}
""",
    )
    assert [result["ok"] for result in found] == [True, False, True, True, True]
    assert found[1] == {
        "file": str(tmp_path / "idle.yaml"),
        "kind": "state",
        "alarm": "idle",
        "at": "13m",
        "expected": "ALARM",
        "actual": "OK",
        "ok": False,
        "reason": "2 of 3 datapoints below 5 (0.0, 0.0, 7.5); 3 needed",
        "note": "too early",
    }
    assert found[3]["at"] == "960s"


def test_never_holds_over_both_ends(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
  - {alarm: idle, from: 0m, to: 15m, never: ALARM}
  - {alarm: idle, from: 0m, to: 16m, never: ALARM}
  - {alarm: idle, from: 17m, to: 18m, never: ALARM}
  - {alarm: idle, from: 19m, to: 23m, never: ALARM}
""",
    )
    assert [result["ok"] for result in found] == [True, False, False, True]
    assert found[1]["actual"] == "ALARM at 16m"


def test_transitions_are_all_that_happened_after_the_first_state(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
  - {alarm: idle, transitions: [{at: 16m, state: ALARM}, {at: 19m, state: OK}]}
  - {alarm: idle, transitions: [{at: 16m, state: ALARM}]}
  - {alarm: idle, transitions: [{at: 15m, state: ALARM}, {at: 19m, state: OK}]}
  - {alarm: idle, transitions: [{at: 16m, state: ALARM}, {at: 19m, state: OK}, {at: 20m, state: ALARM}]}
  - {alarm: idle, transitions: []}
""",
    )
    assert [result["ok"] for result in found] == [True, False, False, False, False]
    assert found[0]["actual"] == [{"at": "16m", "state": "ALARM"}, {"at": "19m", "state": "OK"}]
    assert found[1]["reason"].startswith("at 19m: Threshold Crossed")


def test_notifies_is_about_that_minute(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        """
  - {alarm: idle, at: 16m, notifies: true}
  - {alarm: idle, at: 17m, notifies: false}
  - {alarm: idle, at: 19m, notifies: true}
""",
    )
    assert [result["ok"] for result in found] == [True, True, False]
    assert "no action for OK" in found[2]["reason"]


def test_quiet_fails_with_the_alarm_that_went_off(tmp_path: Path) -> None:
    loud = results(tmp_path, "  - quiet: true\n")
    assert (loud[0]["ok"], loud[0]["alarm"]) == (False, "idle")
    calm = results(tmp_path, "  - quiet: true\n", IDLE + 'series:\n  CWAgent/gpu{Group="g"}: "85x30"\n')
    assert calm[0]["ok"]


def test_an_interval_of_ten_seconds_and_one_of_five_minutes(tmp_path: Path) -> None:
    fast = IDLE.replace("Period: 60", "Period: 10") + "interval: 10s\n" + SERIES
    expect = "  - {alarm: idle, transitions: [{at: 160s, state: ALARM}, {at: 190s, state: OK}]}\n"
    assert results(tmp_path, expect, fast)[0]["ok"]
    slow = IDLE.replace("Period: 60", "Period: 300") + "interval: 5m\n" + SERIES
    found = results(tmp_path, "  - {alarm: idle, at: 79m, state: OK}\n  - {alarm: idle, at: 80m, state: ALARM}\n", slow)
    assert [result["ok"] for result in found] == [True, True]


def test_delay_for_all_series_or_for_one(tmp_path: Path) -> None:
    expect = "  - {alarm: idle, at: 17m, state: OK}\n  - {alarm: idle, at: 18m, state: ALARM}\n"
    for delay in ("delay: 2m\n", "delay: {'CWAgent/gpu{Group=\"g\"}': 2m}\n"):
        assert [result["ok"] for result in results(tmp_path, expect, IDLE + delay + SERIES)] == [True, True]


def test_the_evaluation_range_is_an_input(tmp_path: Path) -> None:
    """With 5 periods fetched `0 - X - -` is OK; with 3 only `X - -` is left, which is an alarm."""
    head = IDLE.replace("EvaluationPeriods: 3", "EvaluationPeriods: 3\n      DatapointsToAlarm: 2").replace(
        "TreatMissingData", ""
    )
    series = 'series:\n  CWAgent/gpu{Group="g"}: "85x5 _ 0 _ _"\n'
    wide = results(tmp_path, "  - {alarm: idle, at: 9m, state: OK}\n", head + series)
    narrow = results(tmp_path, "  - {alarm: idle, at: 9m, state: ALARM}\n", head + "evaluation_range: 3\n" + series)
    assert wide[0]["ok"]
    assert narrow[0]["ok"]


def test_start_is_what_minute_0_is(tmp_path: Path) -> None:
    text = 'start: 2026-03-01T13:00:00Z\nmath:\n  - {expression: HOUR(m1), with: {m1: "1x2"}, expect: "13 13"}\n'
    assert answer([written(tmp_path, text)]).passed == 1


def test_math_alone_needs_no_template_and_comes_back_in_order(tmp_path: Path) -> None:
    text = """
math:
  - {expression: "IF(m1 > 25, 1, 0)", with: {m1: "30 20 _ 0"}, expect: "1 0 _ 0"}
  - {expression: "m1 + m2", with: {m1: "1 _", m2: "2 2"}, expect: "3 3", note: missing is zero}
  - {expression: "SLICE(METRICS(), 0, 2)", with: {m1: "1 _", m2: "2 2"}, expect: ["1 _", "2 2"]}
  - {expression: "NOPE(m1)", with: {m1: "1"}, expect: "1"}
"""
    found = answer([written(tmp_path, text)]).answered()
    assert (found["files"], found["passed"], found["failed"], found["unsupported"]) == (1, 2, 1, 1)
    assert [result["kind"] for result in found["results"]] == ["math"] * 4
    assert found["results"][0]["actual"] == "1 0 _ 0"
    assert (found["results"][1]["actual"], found["results"][1]["reason"]) == ("3 2", "point 2 is 2, not 3")
    assert found["results"][3]["actual"] is None
    assert "NOPE" in found["results"][3]["reason"]


def test_what_cannot_be_evaluated_is_unsupported_and_may_be_expected_to_be(tmp_path: Path) -> None:
    head = """
alarms:
  searching:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics: [{Id: e, Expression: "SEARCH('x', 'Sum', 60)", Period: 60}]
      EvaluationPeriods: 3
      Threshold: 5
      ComparisonOperator: LessThanThreshold
"""
    expect = (
        "  - {alarm: searching, at: 3m, state: OK}\n  - {refused: SEARCH}\n  - {refused: LAMBDA}\n  - quiet: true\n"
    )
    found = results(tmp_path, expect, head)
    assert [(result["ok"], result["actual"] is None) for result in found] == [
        (False, True),
        (True, False),
        (False, False),
        (False, True),
    ]
    assert "SEARCH" in found[0]["reason"]


def test_given_series_stand_for_what_no_file_can_compute(tmp_path: Path) -> None:
    head = """
alarms:
  quota:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - {Id: use, ReturnData: false, MetricStat: {Metric: {Namespace: N, MetricName: use}, Stat: Maximum, Period: 60}}
        - {Id: share, Expression: "100 * use / SERVICE_QUOTA(use)"}
      EvaluationPeriods: 2
      Threshold: 80
      ComparisonOperator: GreaterThanThreshold
series:
  N/use: "10x5 60x5"
"""
    expect = "  - {alarm: quota, transitions: [{at: 7m, state: ALARM}]}\n"
    assert results(tmp_path, expect, head)[0]["actual"] is None
    assert results(tmp_path, expect, head + 'given:\n  "SERVICE_QUOTA( use )": "64x10"\n')[0]["ok"]


def test_templates_are_found_beside_the_file_or_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    properties = {
        "AlarmName": "named",
        "Namespace": "N",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    template = {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}
    (tmp_path / "beside.json").write_text(json.dumps(template))
    elsewhere = tmp_path / "work"
    elsewhere.mkdir()
    properties["AlarmName"] = "other"
    (elsewhere / "there.json").write_text(json.dumps(template))
    monkeypatch.chdir(elsewhere)
    path = written(
        tmp_path,
        'template: [beside.json, there.json]\nseries: {N/m: "9x3"}\nexpect:\n'
        "  - {alarm: named, at: 1m, state: ALARM}\n",
    )
    found = answer([path])
    assert found.passed == 1
    assert found.uncovered == ["other"]
    assert found.answered()["uncovered"] == ["other"]
    assert found.ok()
    assert not found.ok(require_coverage=True)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("intervall: 1m\n", 1, "did you mean interval?"),
        ("interval: 45s\n", 1, "10s, 20s, 30s or whole minutes"),
        ("interval: fast\n", 1, "is no time"),
        ("delay: 1\n", 1, "is no time"),
        ("delay: {N/x: 1m}\n", 1, "no series of this file"),
        ("evaluation_range: 2\n", 1, "from 3 up"),
        ("start: soon\n", 1, "start is a time"),
        ("template: nowhere.json\n", 1, "no template nowhere.json"),
        ("resolve: 5\n", 1, "resolve maps"),
        ("series:\n  N/m: 1\n  bad: 2\n", 3, "Namespace/MetricName"),
        ("series:\n  N/m: '1 x'\n", 2, "'x' is no value"),
        ("series:\n  N/m: [1, 2]\n", 2, "stand in quotes"),
        ("series:\n  N/m: 1\n  N/m: 2\n", 3, "stands twice"),
        ("alarms:\n  a: {Type: AWS::SQS::Queue}\n", 2, "is no alarm"),
        ("expect:\n  - {alarm: a, at: 5m}\n", 2, "an expectation is"),
        ("expect:\n  - {alarm: idl, at: 5m, state: OK}\n" + IDLE, 2, "did you mean idle?"),
        ("expect:\n  - {alarm: idle, at: 5m, state: ALARMED}\n" + IDLE, 2, "allowed: OK, ALARM, INSUFFICIENT_DATA"),
        ("expect:\n  - {alarm: idle, at: 5, state: OK}\n" + IDLE, 2, "is no time"),
        ("expect:\n  - {alarm: idle, at: 5m, state: OK, color: red}\n" + IDLE, 2, "no key 'color'"),
        ("expect:\n  - {alarm: idle, from: 5m, to: 4m, never: OK}\n" + IDLE, 2, "from is not after to"),
        ("expect:\n  - {alarm: idle, at: 5m, notifies: often}\n" + IDLE, 2, "true or false"),
        ("expect:\n  - {alarm: idle, transitions: [{at: 5m}]}\n" + IDLE, 2, "a transition is"),
        ("expect:\n  - quiet: false\n", 2, "quiet is true"),
        ("expect: quiet\n", 1, "expect is a list"),
        ("math:\n  - {expression: m1}\n", 2, "also names expect"),
        ("math:\n  - {expression: m1, with: {m1: z}, expect: 1}\n", 2, "'z' is no value"),
        ("given:\n  AVG(m1): 5\n", 2, "not given but computed"),
        ("given:\n  ANOMALY_DETECTION_BAND(m1): 5\n", 2, "a band is"),
        ("a: [\n", 2, "is no YAML"),
        ("- 1\n", 1, "holds one mapping"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ScenarioError) as refused:
        read_scenario(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert says in str(refused.value)


def test_a_failure_is_drawn_with_its_minutes(tmp_path: Path) -> None:
    path = written(tmp_path, IDLE + SERIES + "expect:\n  - {alarm: idle, at: 13m, state: ALARM}\n")
    drawn = list(lines(answer([path])))
    assert drawn[0] == (
        f"FAIL {path}:19: idle at 13m: expected ALARM, was OK: 2 of 3 datapoints below 5 (0.0, 0.0, 7.5); 3 needed"
    )
    assert re.split(r"\s{2,}", drawn[1].strip()) == ["at", *(f"{minute}m" for minute in range(6, 16))]
    assert re.split(r"\s{2,}", drawn[2].strip()) == ["newest datapoint", *["85"] * 5, "0", "0", "7.5", "0", "0"]
    assert drawn[4].split() == ["state", *["ok"] * 10]
    assert drawn[-1] == "1 file: 0 passed, 1 failed, 0 unsupported"


def test_junit_has_a_case_for_each_promise(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        IDLE + SERIES + "expect:\n  - {alarm: idle, at: 13m, state: ALARM}\n  - {refused: X}\n"
        "math:\n  - {expression: NOPE(1), expect: 1}\n",
    )
    root = ElementTree.fromstring(junit(answer([path])))
    assert [root.get(key) for key in ("tests", "failures", "errors")] == ["3", "2", "1"]
    assert len(root.findall(".//testcase")) == 3


def test_the_report_is_one_page_that_needs_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, IDLE + SERIES + "expect:\n  - {alarm: idle, at: 13m, state: ALARM, note: <b>}\n")
    html = report(answer([path]))
    assert "<svg" in html
    assert "evaluation range" in html
    assert "&lt;b&gt;" in html
    assert not re.search(r"""(src|href)=|url\(|<script|http""", html)
