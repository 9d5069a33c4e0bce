"""Templates: what is resolved, what is refused, and by which name."""

from __future__ import annotations

from typing import Any

import pytest

from cloudwatch_simulator import AlarmSet, MetricId
from cloudwatch_simulator.alarms.model import MetricAlarm
from cloudwatch_simulator.scenario.templates import read_template

ALARM: dict[str, Any] = {
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
}
METRIC = {"Namespace": "N", "MetricName": "m"}


def template(properties: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"Resources": {"Queued": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}} | rest


def metric_of(found: AlarmSet, name: str = "Queued") -> MetricId:
    alarm = found.alarms[name]
    assert isinstance(alarm, MetricAlarm)
    assert alarm.queries[0].metric is not None
    return alarm.queries[0].metric


def entry(name: str, *, period: int = 60, returns: bool = False) -> dict[str, Any]:
    return {"Id": name, "ReturnData": returns, "MetricStat": {"Metric": METRIC, "Stat": "Sum", "Period": period}}


def math(*entries: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in ALARM.items() if key not in ("Namespace", "MetricName", "Statistic", "Period")}
    return rest | {"Metrics": list(entries)}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"Ref": "Name"}, "by-ref"),
        ({"Ref": "WithDefault"}, "by-default"),
        ({"Fn::GetAtt": ["Queue", "QueueName"]}, "jobs-us-east-1"),
        ({"Fn::GetAtt": "Other.QueueName"}, "other"),
        ({"Fn::Sub": "${Name}-${AWS::Region}-${!Literal}"}, "by-ref-us-east-1-${Literal}"),
        ({"Fn::Sub": ["${a}!", {"a": {"Ref": "Name"}}]}, "by-ref!"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}]]}, "a-by-ref"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "x,y,z"]}]}, "y"),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "queue"]}, "mapped"),
        ({"Fn::If": ["IsEast", "east", "west"]}, "east"),
        ({"Fn::ImportValue": "exported"}, "imported"),
    ],
)
def test_intrinsic_functions_are_resolved(given: Any, wanted: str) -> None:
    found = AlarmSet.from_template(
        template(
            ALARM | {"Dimensions": [{"Name": "QueueName", "Value": given}]},
            Parameters={"WithDefault": {"Type": "String", "Default": "by-default"}},
            Mappings={"Map": {"us-east-1": {"queue": "mapped"}}},
            Conditions={
                "IsEast": {
                    "Fn::And": [
                        {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
                        {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]},
                    ]
                }
            },
        )
        | {
            "Resources": {
                "Queued": {
                    "Type": "AWS::CloudWatch::Alarm",
                    "Properties": ALARM | {"Dimensions": [{"Name": "QueueName", "Value": given}]},
                },
                "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "jobs-${AWS::Region}"}}},
            }
        },
        {"Name": "by-ref", "AWS::Region": "us-east-1", "Other.QueueName": "other", "exported": "imported"},
    )
    assert dict(metric_of(found).dimensions) == {"QueueName": wanted}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"Ref": "Nobody"}, "Nobody"),
        ({"Fn::GetAtt": ["Queue", "QueueName"]}, "Queue.QueueName"),
        ({"Fn::Sub": "x-${AWS::Region}"}, "AWS::Region"),
        ({"Fn::Base64": "x"}, "Fn::Base64"),
        ({"Fn::ImportValue": "elsewhere"}, "elsewhere"),
    ],
)
def test_what_stays_unresolved_is_named(given: Any, named: str) -> None:
    found = AlarmSet.from_template(template(ALARM | {"Dimensions": [{"Name": "QueueName", "Value": given}]}))
    assert found.refused["Queued"].construct == named


def test_actions_descriptions_and_tags_need_not_be_resolved() -> None:
    found = AlarmSet.from_template(
        template(
            ALARM
            | {
                "AlarmActions": [{"Ref": "Topic"}],
                "AlarmDescription": {"Ref": "Text"},
                "Tags": [{"Key": "a", "Value": {"Ref": "T"}}],
            }
        )
    )
    assert found.alarms["Queued"].actions.at("ALARM") == ("${Topic}",)


def test_an_alarm_is_called_by_its_name_or_else_by_its_logical_id() -> None:
    assert list(AlarmSet.from_template(template(ALARM)).alarms) == ["Queued"]
    assert list(AlarmSet.from_template(template(ALARM | {"AlarmName": "queued"})).alarms) == ["queued"]


def test_a_rule_may_be_joined_from_arns_of_alarms_of_the_template() -> None:
    resources = template(ALARM | {"AlarmName": "queued"})["Resources"] | {
        "Page": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {
                "AlarmRule": {"Fn::Join": ["", ['ALARM("', {"Fn::GetAtt": ["Queued", "Arn"]}, '")']]},
                "ActionsSuppressor": {"Ref": "Queued"},
                "ActionsSuppressorWaitPeriod": 60,
                "ActionsSuppressorExtensionPeriod": 60,
            },
        }
    }
    found = AlarmSet.from_template({"Resources": resources})
    assert not found.refused
    assert list(found.alarms) == ["queued", "Page"]


def test_a_resource_whose_condition_is_false_is_not_there() -> None:
    resources = {"Queued": {"Type": "AWS::CloudWatch::Alarm", "Condition": "Never", "Properties": ALARM}}
    found = AlarmSet.from_template({"Resources": resources, "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}})
    assert not found.alarms
    assert not found.refused


@pytest.mark.parametrize(
    ("condition", "construct"),
    [
        ({"Fn::Not": {}}, "Condition"),
        ({"Fn::Not": []}, "Condition"),
        ({"Fn::Equals": [1]}, "Condition"),
        ({"Fn::And": 3}, "Condition"),
        ({"Condition": "Asked"}, "Condition"),
        ({"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Stage"),
    ],
)
def test_a_condition_that_cannot_be_told_refuses_its_own_resource_alone(condition: Any, construct: str) -> None:
    resources = {
        "Conditional": {
            "Type": "AWS::CloudWatch::Alarm",
            "Condition": "Asked",
            "Properties": ALARM | {"AlarmName": "asked"},
        },
        "Always": {"Type": "AWS::CloudWatch::Alarm", "Properties": ALARM},
    }
    found = AlarmSet.from_template({"Resources": resources, "Conditions": {"Asked": condition}})
    assert list(found.alarms) == ["Always"]
    assert {name: error.construct for name, error in found.refused.items()} == {"asked": construct}


def test_an_alarm_whose_name_is_itself_is_refused() -> None:
    found = AlarmSet.from_template(template(ALARM | {"AlarmName": {"Ref": "Queued"}}))
    assert list(found.refused) == ["Queued"]


@pytest.mark.parametrize(
    ("properties", "construct"),
    [
        (ALARM | {"Period": 45}, "Period"),
        (ALARM | {"DatapointsToAlarm": 4}, "DatapointsToAlarm"),
        (ALARM | {"EvaluationPeriods": 0}, "EvaluationPeriods"),
        (ALARM | {"EvaluationPeriods": 1441}, "EvaluationPeriods"),
        (ALARM | {"Period": 86_400, "EvaluationPeriods": 8}, "EvaluationPeriods"),
        (ALARM | {"Statistic": "Median"}, "Statistic"),
        (ALARM | {"ExtendedStatistic": "p90"}, "Statistic"),
        (ALARM | {"ComparisonOperator": "GreaterThan"}, "ComparisonOperator"),
        (ALARM | {"ComparisonOperator": "GreaterThanUpperThreshold"}, "ComparisonOperator"),
        (ALARM | {"TreatMissingData": "notbreaching"}, "TreatMissingData"),
        (ALARM | {"EvaluateLowSampleCountPercentile": "skip"}, "EvaluateLowSampleCountPercentile"),
        ({key: value for key, value in ALARM.items() if key != "Threshold"}, "Threshold"),
        ({key: value for key, value in ALARM.items() if key != "Namespace"}, "Namespace"),
        (ALARM | {"EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0"}}}, "EvaluationCriteria"),
        (ALARM | {"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 3000}}, "WarmUpPeriodDurationInMinutes"),
        (ALARM | {"EvaluationWindow": {"WallClockWindow": {}}, "Period": 120}, "Period"),
        (math(*(entry(f"m{n}") for n in range(11)), {"Id": "e", "Expression": "SUM(METRICS())"}), "Metrics"),
        (math(entry("m1", returns=True), entry("m2", returns=True)), "ReturnData"),
        (math(entry("m1"), entry("m2")), "ReturnData"),
        (math(entry("m1"), entry("m2", period=300), {"Id": "e", "Expression": "m1 + m2"}), "Period"),
        (math(entry("m1"), entry("m1"), {"Id": "e", "Expression": "m1"}), "Metrics"),
        (math({"Id": "e", "Expression": "SEARCH('{N,d} m', 'Sum', 60)", "Period": 60}), "SEARCH"),
        (math(entry("m1"), {"Id": "e", "Expression": "RUNNING_SUM(m1)"}), "RUNNING_SUM"),
        (math(entry("m1"), {"Id": "e", "Expression": "m1 +"}), "Expression"),
        (math(entry("m1"), {"Id": "e", "Expression": "m1 + m2"}), "Expression"),
        (math(entry("m1"), {"Id": "e", "Expression": "m1 + mTwo"}), "Expression"),
        (
            math(entry("m1", returns=True))
            | {"ThresholdMetricId": "ad1", "ComparisonOperator": "GreaterThanUpperThreshold"},
            "ThresholdMetricId",
        ),
        (math(entry("m1"), {"Id": "e", "Expression": "m1" + " + 1" * 600}), "Expression"),
    ],
)
def test_what_cloudwatch_would_refuse_is_refused_by_name(properties: dict[str, Any], construct: str) -> None:
    found = AlarmSet.from_template(template(properties))
    assert found.refused["Queued"].construct == construct
    assert not found.alarms


def test_an_alarm_on_logs_is_refused_and_an_anomaly_detector_is_no_alarm() -> None:
    found = AlarmSet.from_template(
        {
            "Resources": {
                "Logs": {"Type": "AWS::CloudWatch::LogAlarm", "Properties": {"AlarmName": "logs"}},
                "Detector": {"Type": "AWS::CloudWatch::AnomalyDetector", "Properties": {}},
            }
        }
    )
    assert {name: error.construct for name, error in found.refused.items()} == {"logs": "LogAlarm"}


def test_numbers_may_be_strings_as_parameters_are() -> None:
    strings = {"Threshold": "5", "EvaluationPeriods": "3", "ActionsEnabled": "false"}
    found = AlarmSet.from_template(template(ALARM | strings))
    alarm = found.alarms["Queued"]
    assert isinstance(alarm, MetricAlarm)
    assert (alarm.threshold, alarm.evaluation_periods, alarm.actions.enabled) == (5.0, 3, False)


def test_templates_may_be_yaml_with_short_forms(tmp_path: Any) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("""
Resources:
  Queued:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !Sub "jobs-${AWS::Region}"}, {Name: Other, Value: !GetAtt Queue.QueueName}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 3
      Threshold: 5
      ComparisonOperator: GreaterThanThreshold
""")
    found = AlarmSet.from_template(read_template(path), {"AWS::Region": "us-east-1", "Queue.QueueName": "q"})
    assert dict(metric_of(found).dimensions) == {"Other": "q", "QueueName": "jobs-us-east-1"}


def test_one_property_may_be_set_otherwise() -> None:
    found = AlarmSet.from_template(template(ALARM)).with_property("Queued", "Threshold", "7.5")
    alarm = found.alarms["Queued"]
    assert isinstance(alarm, MetricAlarm)
    assert alarm.threshold == 7.5
