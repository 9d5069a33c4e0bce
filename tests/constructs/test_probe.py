"""The canary that asks for a tiny image: what it may do, what it is told, and that it can be deployed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from cdk_nag import AwsSolutionsChecks
from pydantic import ValidationError

from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk import FleetMonitoring
from diffusionwatch_cdk.settings import ProbeSettings
from diffusionwatch_cdk.validation.plugin import MonitoringValidation
from diffusionwatch_local.aws import EmbeddedAws

PROBE = {"url": "https://images.example.com/v1/generations", "body": {"prompt": "a grey square", "steps": 1}}


@pytest.fixture
def resources(watch) -> dict[str, dict[str, Any]]:
    return made(watch(monitoring={"probe": {**PROBE, "secret": "images/probe"}}))


def made(watched) -> dict[str, dict[str, Any]]:
    app = cdk.App()
    stack = cdk.Stack(app, "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))
    FleetMonitoring(stack, "Monitoring", fleet=watched.fleet, settings=watched.environment)
    return assertions.Template.from_stack(stack).to_json()["Resources"]


def test_a_service_without_a_probe_has_no_canary_and_no_alarm_on_one(watch) -> None:
    assert not [name for name in made(watch()) if "Probe" in name]


def test_the_canary_runs_our_script_every_five_minutes_and_knows_what_to_ask(resources) -> None:
    canary = resources["ImageApiProbeCanary"]["Properties"]

    assert canary["Name"] == "prod-image-api-probe"
    assert canary["Code"]["Script"] == (Path(__file__).parents[2] / "lambda" / "probe" / "canary.py").read_text()
    assert canary["Schedule"] == {"Expression": "rate(5 minutes)", "DurationInSeconds": "0"}
    assert canary["RunConfig"]["TimeoutInSeconds"] == 90
    asked = json.loads(canary["RunConfig"]["EnvironmentVariables"]["PROBE"])
    assert asked["body"] == {"prompt": "a grey square", "steps": 1}
    assert asked["secret"] == "images/probe"
    assert len(canary["RunConfig"]["EnvironmentVariables"]["PROBE"]) < 4096


def test_its_role_may_write_its_own_artefacts_and_metrics_and_read_one_secret(resources) -> None:
    (policy,) = resources["ImageApiProbeRole"]["Properties"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]

    broad = [one for one in statements if one["Resource"] == "*"]
    assert [one["Action"] for one in broad] == ["s3:ListAllMyBuckets", "cloudwatch:PutMetricData"]
    assert broad[1]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}}
    secrets = [one["Resource"] for one in statements if one["Action"] == "secretsmanager:GetSecretValue"]
    assert secrets == ["arn:aws:secretsmanager:us-east-1:111122223333:secret:images/probe-??????"]


def test_its_artefacts_are_encrypted_private_and_expire(resources) -> None:
    bucket = resources["ImageApiProbeArtefacts"]

    assert bucket["DeletionPolicy"] == "Retain"
    assert bucket["Properties"]["BucketEncryption"]
    assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
    (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 31
    (deny,) = resources["ImageApiProbeArtefactsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_probe_that_fails_hurts_users_and_nothing_suppresses_that(resources) -> None:
    composite = resources["ImageApiUsersHurt"]["Properties"]

    assert 'ALARM("prod-image-api-probe-failed")' in composite["AlarmRule"]
    assert "ActionsSuppressor" not in composite
    assert resources["ImageApiProbeFailed"]["Properties"]["TreatMissingData"] == "breaching"


def test_it_is_clean_under_cdk_nag_and_our_own_lint(watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = watch(monitoring={"probe": PROBE})
    monkeypatch.setenv("CDK_VALIDATION", "true")
    app = cdk.App(outdir=str(tmp_path))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    cdk.Validations.of(app).add_plugins(MonitoringValidation())
    stack = cdk.Stack(app, "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))
    FleetMonitoring(stack, "Monitoring", fleet=watched.fleet, settings=watched.environment)

    app.synth()  # raises for a finding that nobody acknowledged


def test_the_embedded_aws_takes_the_canary_and_never_runs_it(resources) -> None:
    aws = EmbeddedAws(clock=ManualClock(0))
    aws.start()
    try:
        parts = {
            name: one for name, one in resources.items() if name.startswith("ImageApiProbe") and "Failed" not in name
        }
        aws.client("cloudformation").create_stack(
            StackName="s", TemplateBody=json.dumps({"Resources": parts}), Capabilities=["CAPABILITY_IAM"]
        )
        stack = aws.client("cloudformation").describe_stacks(StackName="s")["Stacks"][0]
        events = aws.client("cloudformation").describe_stack_events(StackName="s")["StackEvents"]
        assert stack["StackStatus"] == "CREATE_COMPLETE", [
            r for one in events if (r := one.get("ResourceStatusReason"))
        ]
        canary = aws.client("synthetics").get_canary(Name="prod-image-api-probe")["Canary"]
    finally:
        aws.stop()
    assert canary["RuntimeVersion"] == "syn-python-selenium-12.0"
    assert canary["Status"]["State"] == "READY"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "http://images.example.com"}, "url"),
        ({"body": {}}, "a POST sends a body"),
        ({"method": "GET"}, "a GET sends no body"),
        ({"body": {"prompt": "x" * 3000}}, "3014 characters as JSON; a canary takes 2000"),
        ({"timeout_seconds": 90, "every_minutes": 1}, "must end before the next run"),
        ({"every_minutes": 15}, "every_minutes"),
        ({"runtime": "syn-nodejs-3.1"}, "runtime"),
    ],
)
def test_a_probe_that_cannot_be_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ProbeSettings.model_validate({**PROBE, **changed})
