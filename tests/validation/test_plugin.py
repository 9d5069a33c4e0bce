"""The rules at `cdk synth`: construct path, fix, acknowledgement."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from diffusionwatch_cdk.validation.plugin import MonitoringValidation


def stack_with_a_fault(folder: Path) -> tuple[cdk.App, cdk.CfnResource]:
    app = cdk.App(outdir=str(folder))
    cdk.Validations.of(app).add_plugins(MonitoringValidation())
    properties = {
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": "jobs"}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 2,
        "DatapointsToAlarm": 3,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:page"],
    }
    alarm = cdk.CfnResource(cdk.Stack(app, "S"), "Alarm", type="AWS::CloudWatch::Alarm", properties=properties)
    return app, alarm


def test_a_fault_fails_the_synth_with_construct_path_and_fix(tmp_path: Path) -> None:
    app, _ = stack_with_a_fault(tmp_path)
    with pytest.raises(RuntimeError, match=r"(?s)ERROR 3 of the last 2.*Acknowledge with 'diffusionwatch::DW009'"):
        app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text(encoding="utf-8"))
    (violation,) = report["pluginReports"][0]["violations"]
    (construct,) = violation["violatingConstructs"]
    assert violation["ruleName"] == "DW009"
    assert violation["suggestedFix"].startswith("At most 2")
    assert construct["constructPath"] == "S/Alarm"


def test_an_acknowledged_fault_lets_the_synth_pass(tmp_path: Path) -> None:
    app, alarm = stack_with_a_fault(tmp_path)
    cdk.Validations.of(alarm).acknowledge(cdk.Acknowledgment(id="diffusionwatch::DW009", reason="a test"))
    app.synth()
