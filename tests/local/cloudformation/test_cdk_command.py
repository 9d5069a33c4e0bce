"""The real `cdk` command: bootstrap, deploy, deploy again, diff, update, fail and roll back, destroy."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.demo.refusal import Refusal
from diffusionwatch_local.demo.toolchain import Toolchain, find

# Eight runs of a command that takes three seconds of CPU each: minutes on a machine that has other things to do.
pytestmark = [pytest.mark.deploy, pytest.mark.timeout(900)]

SYNTHESIZED = ("--app", "cdk.out")

APP = """
    import os
    import aws_cdk as cdk
    from aws_cdk import aws_cloudwatch, aws_events, aws_events_targets, aws_lambda, aws_sns, aws_sqs

    app = cdk.App()
    env = cdk.Environment(account="111122223333", region="us-east-1")
    base = cdk.Stack(app, "base", env=env)
    aws_sns.Topic(base, "Page", topic_name="page")
    function = aws_lambda.Function(base, "Function", function_name="hello", handler="hello.handler",
                                   runtime=aws_lambda.Runtime.PYTHON_3_12, code=aws_lambda.Code.from_asset("code"))
    aws_events.Rule(base, "Rule", schedule=aws_events.Schedule.rate(cdk.Duration.minutes(5)),
                    targets=[aws_events_targets.LambdaFunction(function)])
    alarms = cdk.Stack(app, "alarms", env=env)
    alarms.add_stack_dependency(base)
    alarm = aws_cloudwatch.CfnAlarm(
        alarms, "Alarm", alarm_name="slow", namespace="N", metric_name="M", statistic="Average", period=60,
        evaluation_periods=1, threshold=float(os.environ["THRESHOLD"]), comparison_operator="GreaterThanThreshold")
    cdk.CfnOutput(alarms, "Arn", value=alarm.attr_arn)
    if "BAD" in os.environ:
        bad = aws_sqs.CfnQueue(alarms, "Worse", queue_name="no spaces allowed")
        bad.add_dependency(alarm)
    if "UNKNOWN" in os.environ:
        cdk.CfnResource(alarms, "Thing", type="AWS::Nowhere::Thing")
    cdk.Tags.of(app).add("team", "images")
    app.synth()
"""


class Cdk:
    """Runs the command in a folder that holds an app."""

    def __init__(self, tools: Toolchain, folder: Path, aws: EmbeddedAws) -> None:
        self.aws = aws
        self._tools, self._folder = tools, folder

    def run(self, *arguments: str, succeeds: bool = True, **environment: str) -> str:
        ended = subprocess.run(
            self._tools.command("--no-notices", "--no-color", *arguments),
            cwd=self._folder,
            env={**self._tools.environment(self.aws.environment()), "THRESHOLD": "5", **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        told = ended.stdout + ended.stderr
        assert (ended.returncode == 0) is succeeds, told
        return told

    def threshold(self) -> float:
        (alarm,) = self.aws.client("cloudwatch").describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
        return float(alarm["Threshold"])


@pytest.fixture
def cdk(root: Path, tmp_path: Path) -> Iterator[Cdk]:
    try:
        tools = find(root)
    except Refusal as refusal:
        pytest.skip(str(refusal))
    (tmp_path / "app.py").write_text(textwrap.dedent(APP))
    (tmp_path / "cdk.json").write_text(f'{{"app": "{sys.executable} app.py"}}')
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "hello.py").write_text("def handler(event, context): return 'hello'")
    aws = EmbeddedAws(clock=ManualClock())
    aws.start()
    yield Cdk(tools, tmp_path, aws)
    aws.stop()


def test_an_app_lives_its_whole_life(cdk: Cdk) -> None:
    assert "bootstrapped" in cdk.run("bootstrap", "aws://111122223333/us-east-1")

    told = cdk.run("deploy", "--all", "--require-approval", "never")
    assert "alarms.Arn = arn:aws:cloudwatch:us-east-1:111122223333:alarm:slow" in told
    assert cdk.aws.functions.invoke("hello", {}).result == "hello"

    told = cdk.run("deploy", "--all", "--require-approval", "never", *SYNTHESIZED)
    assert "base (no changes)" in told
    assert "alarms (no changes)" in told

    told = cdk.run("diff", THRESHOLD="9")
    assert "[~] AWS::CloudWatch::Alarm Alarm Alarm" in told
    assert "Number of stacks with differences: 1" in told
    assert cdk.threshold() == 5

    cdk.run("deploy", "--all", "--require-approval", "never", *SYNTHESIZED)
    assert cdk.threshold() == 9

    told = cdk.run("deploy", "--all", "--require-approval", "never", THRESHOLD="11", BAD="1", succeeds=False)
    assert "alarms/Worse  (AWS::SQS::Queue Worse)" in told  # the construct's path
    assert "Can only include alphanumeric characters, hyphens, or underscores" in told  # the reason
    assert cdk.threshold() == 9
    (stack,) = cdk.aws.client("cloudformation").describe_stacks(StackName="alarms")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"

    told = cdk.run("deploy", "alarms", "--require-approval", "never", UNKNOWN="1", succeeds=False)
    assert "Unrecognized resource types: [AWS::Nowhere::Thing]" in told
    (stack,) = cdk.aws.client("cloudformation").describe_stacks(StackName="alarms")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"  # nothing was begun

    cdk.run("destroy", "--all", "--force", *SYNTHESIZED)
    left = [stack["StackName"] for stack in cdk.aws.client("cloudformation").describe_stacks()["Stacks"]]
    assert left == ["CDKToolkit"]
