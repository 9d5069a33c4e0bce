"""Templates together: stacks that name each other's alarms, acknowledgements, files that are none."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from benchmarks.lint import sound
from diffusionwatch_agent import EksCluster, addon_properties
from diffusionwatch_cdk.price import cost
from diffusionwatch_cdk.validation import Assumptions, Document, TemplateError, lint

COMPOSITE = """
Resources:
  Page:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmName: page
      AlarmRule: ALARM("leaf")
      AlarmActions: [arn:aws:sns:us-east-1:111122223333:page]
"""
LEAF = """
Resources:
  Leaf:
    Type: AWS::CloudWatch::Alarm
    Metadata: {}
    Properties:
      AlarmName: leaf
      Namespace: AWS/SQS
      MetricName: NumberOfMessagesSent
      Dimensions: [{Name: QueueName, Value: jobs}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      ComparisonOperator: GreaterThanThreshold
      Threshold: 5
"""


def rules_of(*texts: str, **assumed: float) -> list[str]:
    documents = [Document(f"{place}.yaml", text) for place, text in enumerate(texts)]
    return [finding.rule for finding in lint(documents, Assumptions(**assumed))]


def test_an_alarm_of_another_template_is_known_when_both_are_given() -> None:
    assert rules_of(COMPOSITE) == ["DW021"]
    assert rules_of(LEAF) == ["DW016"]
    assert rules_of(COMPOSITE, LEAF) == []


def test_an_alarm_that_a_deployment_asks_for_is_heard() -> None:
    group = """
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties: {AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Leaf}]}}
"""
    assert rules_of(LEAF + group) == []


def test_a_reason_beside_the_resource_silences_one_rule() -> None:
    reason = 'Metadata: {diffusionwatch: {acknowledge: {DW016: "a dashboard shows it"}}}'
    assert rules_of(LEAF.replace("Metadata: {}", reason)) == []
    assert rules_of(LEAF.replace("Metadata: {}", reason.replace("DW016", "DW017"))) == ["DW016"]


def test_a_reason_given_to_cdk_counts_for_all_that_the_construct_contains(tmp_path: Path) -> None:
    template = tmp_path / "S.template.json"
    template.write_text(json.dumps(Document("leaf", LEAF).data), encoding="utf-8")
    metadata = {
        "/S/Alarms": [{"type": "aws:cdk:acknowledged-rules", "data": {"diffusionwatch::DW016": "shown on a wall"}}],
        "/S/Alarms/Leaf": [{"type": "aws:cdk:logicalId", "data": "Leaf"}],
    }
    (tmp_path / "S.metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    assert lint([Document.open(template)]) == []
    (tmp_path / "S.metadata.json").unlink()
    assert [finding.rule for finding in lint([Document.open(template)])] == ["DW016"]


def test_the_rate_of_requests_decides_whether_a_percentile_has_samples() -> None:
    slow = LEAF.replace("AWS/SQS", "DiffusionWatch").replace("NumberOfMessagesSent", "GenerationLatency")
    slow = slow.replace("Statistic: Sum", "ExtendedStatistic: p90").replace(
        "[{Name: QueueName, Value: jobs}]", ("[{Name: Environment, Value: prod}, {Name: Service, Value: image-api}]")
    )
    assert rules_of(slow, requests_per_minute=99) == ["DW016", "DW014"]
    assert rules_of(slow, requests_per_minute=101) == ["DW016"]


def test_a_resource_whose_properties_cannot_be_resolved_is_no_crash() -> None:
    odd: dict[str, Any] = {
        "A": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Fn::Select": [3, []]}, 5], "Period": []}},
        "B": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": {"Fn::Join": [1]}}},
        "C": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": {"Fn::GetAtt": ["X", "Y"]}}},
        "D": {"Type": "AWS::CloudWatch::Alarm"},
        "E": {"Type": "AWS::Logs::MetricFilter", "Properties": {"MetricTransformations": "none"}},
        "F": "nothing",
    }
    lint([Document("odd.json", json.dumps({"Resources": odd}))])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "Expecting"),
        ("a: [", "parsing"),
        ("- 1", "no Resources"),
        ("Resources: []", "no Resources"),
        ("", "no Resources"),
    ],
)
def test_what_is_no_template_is_refused_with_its_name(text: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says) as refused:
        Document("some.yaml", text)
    assert str(refused.value).startswith("some.yaml: ")


def test_a_missing_file_and_a_binary_one_are_refused_by_name(tmp_path: Path) -> None:
    binary = tmp_path / "picture.png"
    binary.write_bytes(b"\x89PNG\xff")
    for path in (tmp_path / "absent.yaml", binary, tmp_path):
        with pytest.raises(TemplateError, match=path.name):
            Document.open(path)


def test_lines_are_those_of_yaml_and_of_json() -> None:
    text = "Resources:\n  A:\n    Type: T\n    Properties:\n      List:\n        - x: 1\n        - x: 2\n"
    document = Document("a.yaml", text)
    assert document.line(("Resources", "A", "Properties", "List", 1, "x")) == 7
    assert document.line(("Resources", "A", "Properties", "Absent")) == 4
    data = Document("a.json", json.dumps(document.data, indent=1))
    assert data.line(("Resources", "A", "Properties", "List", 1, "x")) == 11


def test_the_values_of_the_eks_add_on_are_checked_as_the_agent_reads_them() -> None:
    sound_properties = addon_properties(EksCluster("gpus", "us-east-1"), "arn:aws:iam::111122223333:role/agent")
    broken = json.loads(str(sound_properties["ConfigurationValues"]))
    del broken["agent"]["config"]["logs"]["metrics_collected"]["emf"]
    for properties, rules in (
        (sound_properties, []),
        ({**sound_properties, "ConfigurationValues": json.dumps(broken)}, ["DW068"]),
        ({**sound_properties, "ConfigurationValues": "[]"}, ["DW066"]),
    ):
        template = {"Resources": {"Addon": {"Type": "AWS::EKS::Addon", "Properties": properties}}}
        assert [finding.rule for finding in lint([Document("eks.json", json.dumps(template))])] == rules


ODD: list[Any] = [
    None, True, 0, -1.5, "", "x", "${A}", [], {}, [None], [{}], {"a": None}, {"Ref": "Nope"},
    {"Fn::Sub": ["${x}", {"x": 1}]}, {"Fn::If": ["C", 1, 2]}, "{}", "[]", '{"widgets": [1, {"properties": 5}]}',
]  # fmt: skip


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(found for key, below in inner for found in _places(below, (*path, key)))]


RESOURCES = sound()["Resources"]
PLACES = [(name, *path) for name, one in RESOURCES.items() for path in _places(one["Properties"], ("Properties",))]


@given(some.sampled_from(PLACES), some.sampled_from(ODD))
@settings(max_examples=300, deadline=None)
def test_no_value_anywhere_in_a_template_is_a_crash(place: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(RESOURCES)
    inside: Any = changed
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    document = Document("odd.json", json.dumps({"Resources": changed}))
    lint([document])
    cost([document])


def test_two_alarms_of_one_name_under_two_conditions_are_no_fault() -> None:
    twice = LEAF.replace("    Metadata: {}", "    Condition: A") + LEAF.replace("\nResources:\n", "").replace(
        "Leaf:", "Other:"
    ).replace("    Metadata: {}", "    Condition: B")
    assert rules_of(twice) == ["DW016", "DW016"]
    assert rules_of(twice.replace("Condition: B", "Condition: A")) == ["DW016", "DW028", "DW016", "DW028"]
    assert rules_of(twice.replace("    Condition: B\n", "")) == ["DW016", "DW028", "DW016"]


def test_actions_that_a_parameter_brings_are_heard() -> None:
    parameter = "Parameters: {Topics: {Type: CommaDelimitedList, Default: ''}}\n"
    for actions in ("!Ref Topics", "!Split [',', !Ref Topics]"):
        assert rules_of(parameter + LEAF + f"      AlarmActions: {actions}\n") == []
    assert rules_of(LEAF + "      AlarmActions: ['']\n") == ["DW019"]


def test_a_rule_that_names_an_alarm_by_a_condition_is_read_as_far_as_it_is_known() -> None:
    named = LEAF.replace("AlarmName: leaf", "AlarmName: !If [Prod, a, b]")
    rule = COMPOSITE.replace('AlarmRule: ALARM("leaf")', "AlarmRule: !Sub 'ALARM(${Leaf}) AND'").replace(
        "\nResources:\n", ""
    )
    assert rules_of(named + rule) == ["DW020"]
    assert rules_of(named + rule.replace(" AND'", "'")) == []
