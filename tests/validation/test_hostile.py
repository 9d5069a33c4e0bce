"""Templates as they lie about: odd, deep, in loops, in folders of folders. Named or read, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.lint import sound
from cloudwatch_simulator import for_each
from diffusionwatch_cdk.validation import Document, TemplateError, by_folder, lint
from diffusionwatch_cli.main import load

LOOP = """
Transform: AWS::LanguageExtensions
Parameters:
  Queues: {Type: CommaDelimitedList, Default: "orders, returns"}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Fn::ForEach::Alarms:
    - Name
    - !Ref Queues
    - Alarm${Name}:
        Type: AWS::CloudWatch::Alarm
        Properties:
          AlarmName: !Sub "${Name}-many"
          Namespace: AWS/SQS
          MetricName: NumberOfMessagesSent
          Dimensions: [{Name: QueueName, Value: !Ref Name}]
          Statistic: Sum
          Period: 60
          EvaluationPeriods: 1
          DatapointsToAlarm: 2
          Threshold: 1
          ComparisonOperator: GreaterThanThreshold
          AlarmActions: [!Ref Topic]
"""


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        load("lint")([str(one) for one in arguments])
    return int(left.value.code or 0)


def test_what_a_loop_makes_is_looked_at_and_found_where_it_is_written() -> None:
    found = lint([Document("loop.yaml", LOOP)])
    line = next(place for place, text in enumerate(LOOP.splitlines(), start=1) if "DatapointsToAlarm" in text)
    assert [(one.rule, one.resource, one.line) for one in found] == [
        ("DW009", "Alarmorders", line),
        ("DW009", "Alarmreturns", line),
    ]


def test_a_loop_over_what_nobody_knows_makes_nothing() -> None:
    loop = {"Fn::ForEach::A": ["Name", {"Fn::GetAtt": ["X", "Y"]}, {"A${Name}": {"Type": "AWS::SNS::Topic"}}]}
    template = {"Resources": loop}
    assert for_each.written_out(template) == template
    assert lint([Document("loop.json", json.dumps(template))]) == []


def test_a_body_written_as_an_object_is_read() -> None:
    body = {"Fn::ToJsonString": {"widgets": [{"type": "metirc", "properties": {}}]}}
    board = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": body}}
    (one,) = lint([Document("board.json", json.dumps({"Resources": {"Board": board}}))])
    assert (one.rule, one.message) == ("DW041", "'metirc' is no type of widget; did you mean metric?")


def test_what_cannot_be_resolved_hides_itself_alone() -> None:
    unknown: Any = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "Nobody"}]}]}
    rows = [["AWS/SQS", "NumberOfMessagesSent", "QueueName", "jobs", {"id": "a"}], [{"expression": "a + b"}]]
    written = json.dumps({"widgets": [{"type": "metric", "properties": {"region": "REGION", "metrics": rows}}]})
    before, after = written.split("REGION")
    body = {"Fn::Join": ["", [before, unknown, after]]}
    board = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": body}}
    found = lint([Document("board.json", json.dumps({"Resources": {"Board": board}}))])
    assert [one.rule for one in found] == ["DW002"]


DEEP = '{"a":' * 3000 + "1" + "}" * 3000


@pytest.mark.parametrize("text", [DEEP, '{"Resources": ' + DEEP + "}", "[" * 3000])
def test_a_template_that_is_too_deep_is_refused_by_name(text: str) -> None:
    with pytest.raises(TemplateError, match=r"^deep\.\w+: "):
        Document("deep.json", text)


@pytest.mark.parametrize(
    ("kind", "key", "value", "rule"),
    [
        ("CompositeAlarm", "AlarmRule", "NOT " * 2500 + "TRUE", "DW020"),
        ("CompositeAlarm", "AlarmRule", "(" * 4000 + "TRUE" + ")" * 4000, ""),
        ("Dashboard", "DashboardBody", '{"widgets": ' + "[" * 5000 + "]" * 5000 + "}", "DW040"),
    ],
)
def test_a_value_that_is_too_deep_is_no_crash(kind: str, key: str, value: str, rule: str) -> None:
    properties = {key: value, "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:page"]}
    template = {"Resources": {"One": {"Type": f"AWS::CloudWatch::{kind}", "Properties": properties}}}
    found = [one.rule for one in lint([Document("deep.json", json.dumps(template))])]
    assert rule in found or not rule


def test_numbers_that_are_none_are_no_crash() -> None:
    template = {"Resources": {"One": sound()["Resources"]["Idle"]}}
    template["Resources"]["One"]["Properties"] |= {"Period": float("inf"), "EvaluationPeriods": float("nan")}
    assert "DW036" in {one.rule for one in lint([Document("odd.json", json.dumps(template))])}


def test_aliases_that_lead_back_to_themselves_are_no_crash() -> None:
    lint([Document("alias.yaml", "Resources: &all\n  A: {Type: AWS::CloudWatch::Alarm, Properties: *all}\n")])


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two environments, one of them with a stage in a folder of its own, and a file that is no template."""
    for place in ("prod", "dev", "dev/assembly-Stage"):
        (tmp_path / place).mkdir()
        text = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
        (tmp_path / place / "s.template.json").write_text(text, encoding="utf-8")
        (tmp_path / place / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_a_folder_is_looked_at_to_its_bottom_and_each_folder_for_itself(folders: Path) -> None:
    found = by_folder([folders, folders / "prod" / "s.template.json"])
    assert [[Path(one.file).parent.name for one in documents] for documents in found] == [
        ["assembly-Stage"],
        ["dev"],
        ["prod"],
    ]


def test_a_folder_of_hand_written_templates_is_one_of_templates(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").write_text("\ufeff" + LOOP.lstrip(), encoding="utf-8")
    (tmp_path / "values.yaml").write_text("replicas: 2\n", encoding="utf-8")
    assert run(tmp_path) == 1
    assert run(tmp_path / "loop.yaml", "--requests-per-minute", "0") == 1


def test_counts_are_said_in_the_right_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.json").write_text('{"Resources": {}}', encoding="utf-8")
    assert run(tmp_path / "empty.json") == 0
    assert capsys.readouterr().err == "1 template, 0 findings, 0 notes\n"
