"""`doctor` on the deployed ``prod``: silent while all is well, and each planted defect is found by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from diffusionwatch_cdk.operations import Check, Deployment, Finding, Verdict, checks, examine
from diffusionwatch_cdk.operations.checks.worker_version import VERSION
from diffusionwatch_cdk.settings import Contacts
from diffusionwatch_cli import doctor

GROUP, ALARM = "image-api-prod", "prod-image-api-users-hurt"


def of(findings: list[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def failing(findings: list[Finding], check: str) -> dict[str, str]:
    return {finding.subject: finding.seen for finding in of(findings, check) if finding.fails}


@pytest.fixture(scope="module")
def well(prod) -> list[Finding]:
    prod.log(**{VERSION: "0.1.0"})
    return examine(prod.deployment)


@pytest.fixture(scope="module")
def ill(prod, well) -> list[Finding]:
    """Everything that can be wrong, after all was well."""
    prod.confirm("email", confirmed=False)
    prod.client("autoscaling").disable_metrics_collection(AutoScalingGroupName=GROUP, Metrics=["GroupMaxSize"])
    cloudwatch = prod.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="prod-image-api-misspelt", Namespace="CWAgent", MetricName="nvidia_smi_utilization_gpu",
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": "image-api-prd"}], Statistic="Average", Period=60,
        EvaluationPeriods=5, Threshold=5, ComparisonOperator="LessThanThreshold",
    )  # fmt: skip
    cloudwatch.disable_alarm_actions(AlarmNames=[ALARM])
    secrets = prod.client("secretsmanager")
    secrets.delete_secret(SecretId="diffusionwatch/prod/slack", ForceDeleteWithoutRecovery=True)
    cloudwatch.delete_alarms(AlarmNames=["prod-image-api-cost-day", "prod-cost-dead-letters"])
    oom = cloudwatch.describe_alarms(AlarmNames=["prod-image-api-oom"])["MetricAlarms"][0]
    kept = ("AlarmName", "Metrics", "ComparisonOperator", "EvaluationPeriods", "DatapointsToAlarm", "AlarmActions")
    cloudwatch.put_metric_alarm(**{key: oom[key] for key in kept}, Threshold=300, TreatMissingData="notBreaching")
    cloudwatch.delete_dashboards(DashboardNames=["prod-image-api-gpu"])
    logs = prod.client("logs")
    logs.delete_retention_policy(logGroupName="/diffusionwatch/prod/image-api/node")
    logs.delete_log_group(logGroupName="/aws/lambda/diffusionwatch-prod-cost-meter")
    logs.create_log_group(logGroupName="/aws/lambda/diffusionwatch-prod-cost-meter")
    prod.client("ssm").put_parameter(
        Name="AmazonCloudWatch-diffusionwatch-prod-image-api", Value='{"agent": {}}', Overwrite=True
    )
    shut = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:List*", "Resource": "*"}]}
    kms = prod.client("kms")
    key = kms.describe_key(KeyId="alias/diffusionwatch-prod")["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(shut))
    prod.client("sqs").delete_queue(
        QueueUrl=prod.client("sqs").get_queue_url(QueueName="image-api-prod-dlq")["QueueUrl"]
    )
    prod.client("cloudformation").delete_stack(StackName="diffusionwatch-prod-tracing")
    prod.log(**{VERSION: "0.0.1"})
    prod.minutes(1)
    return examine(prod.deployment)


def test_nothing_fails_while_all_is_well(well: list[Finding]) -> None:
    assert [finding for finding in well if finding.fails] == []


def test_every_check_says_something_of_a_sound_environment(well: list[Finding]) -> None:
    assert {finding.check for finding in well} == {check.id for check in checks()}


def test_every_alarm_is_listed_with_what_it_reads(prod, well: list[Finding]) -> None:
    listed = {finding.subject for finding in of(well, "metrics-arrive")}
    assert listed == {alarm.name for alarm in prod.deployment.alarms if not alarm.is_composite}
    (idle,) = [
        finding.seen
        for finding in of(well, "metrics-arrive")
        if finding.subject == "prod-image-api-gpu-idle-with-work" and "CWAgent" in finding.seen
    ]
    assert idle == "CWAgent/nvidia_smi_utilization_gpu of image-api-prod: 1 min ago"


def test_a_counter_that_counts_only_events_is_told_with_its_reason_and_is_well(well: list[Finding]) -> None:
    (faults,) = [finding for finding in of(well, "metrics-arrive") if finding.subject == "prod-image-api-oom"]
    assert faults.verdict is Verdict.OK
    assert faults.seen.endswith("never; counted when a request faults")


def test_a_metrics_insights_alarm_is_asked_by_its_query(well: list[Finding]) -> None:
    (straggler,) = [
        finding for finding in of(well, "metrics-arrive") if finding.subject == "prod-image-api-gpu-straggler"
    ]
    assert straggler.seen == "CWAgent/nvidia_smi_utilization_gpu: 1 min ago"


def test_an_alarm_that_the_service_cannot_evaluate_is_unknown_not_broken(well: list[Finding]) -> None:
    (quota,) = [finding for finding in of(well, "alarm-states") if finding.subject == "prod-image-api-vcpu-quota"]
    assert quota.verdict is Verdict.UNKNOWN
    assert "SERVICE_QUOTA" in quota.seen


@pytest.mark.parametrize(
    ("check", "subject", "seen"),
    [
        ("subscriptions", "diffusionwatch-prod-page", "email on-call@example.com: not confirmed"),
        ("group-metrics", GROUP, "group metrics are off: GroupMaxSize"),
        ("metrics-arrive", "prod-image-api-misspelt", "of image-api-prd: never"),
        ("actions-enabled", ALARM, "composite alarm with its actions disabled"),
        ("log-groups", "/diffusionwatch/prod/image-api/node", "kept for ever, not 90 days"),
        ("log-groups", "/aws/lambda/diffusionwatch-prod-cost-meter", "not encrypted"),
        ("alarms-deployed", "prod-image-api-cost-day", "not there"),
        ("alarms-deployed", "prod-cost-dead-letters", "not there"),
        ("alarms-deployed", "prod-image-api-oom", "Threshold 300.0 instead of 3"),
        ("dashboards", "prod-image-api-gpu", "not there"),
        ("agent-configuration", "AmazonCloudWatch-diffusionwatch-prod-image-api", "other than the settings"),
        ("topic-keys", "diffusionwatch-prod-page", "does not allow kms:Decrypt and kms:GenerateDataKey"),
        ("queues", "image-api-prod-dlq", "no such queue"),
        ("stacks", "diffusionwatch-prod-tracing", "not deployed"),
        ("digest-routes", "chat", "no secret diffusionwatch/prod/slack"),
        ("worker-version", "/diffusionwatch/prod/image-api/worker", "0.0.1"),
    ],
)
def test_a_planted_defect_is_found_by_name(ill: list[Finding], check: str, subject: str, seen: str) -> None:
    assert seen in failing(ill, check)[subject]


def test_whoever_finds_something_says_what_to_do(ill: list[Finding]) -> None:
    assert [finding for finding in ill if finding.verdict is not Verdict.OK and not finding.advice] == []


def test_nothing_but_what_was_planted_fails(ill: list[Finding]) -> None:
    sound = {"alarm-states", "cost-meter", "cost-tag"}
    assert sound & {finding.check for finding in ill if finding.fails} == set()


def test_telemetry_that_stops_is_broken_and_that_of_a_fleet_at_zero_is_not(prod, ill) -> None:
    later = replace(prod.deployment, now=prod.clock.time() + 4 * 3600)
    arrive = [check for check in checks() if check.id == "metrics-arrive"]
    stopped = failing(examine(later, arrive), "metrics-arrive")
    assert {"prod-image-api-workers-missing", "prod-image-api-agent-silent"} <= stopped.keys()
    prod.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=GROUP, DesiredCapacity=0)
    later = replace(prod.deployment, now=prod.clock.time() + 4 * 3600)
    told = [finding for finding in examine(later, arrive) if finding.subject == "prod-image-api-telemetry-dropped"]
    assert [finding.seen for finding in told] == [
        "DiffusionWatch/TelemetryDropped of prod, image-api: nothing for three hours; no instance is in service"
    ]
    assert not any(finding.fails for finding in told)


def test_a_service_that_does_not_answer_is_unknown_and_the_rest_is_asked(prod, ill) -> None:
    budget = prod.settings.budget.model_copy(update={"tag": {"team": "images"}})
    tagged = replace(prod.deployment, settings=prod.settings.model_copy(update={"budget": budget}))
    (finding,) = of(examine(tagged), "cost-tag")
    assert (finding.verdict, finding.subject) == (Verdict.UNKNOWN, "ListCostAllocationTags")
    assert finding.advice


class Tags:
    """A Cost Explorer that knows one tag."""

    def __init__(self, status: str) -> None:
        self.status = status

    def list_cost_allocation_tags(self, **_: object) -> dict[str, Any]:
        return {"CostAllocationTags": [{"TagKey": "team", "Status": self.status}]}


@pytest.mark.parametrize(("status", "verdict"), [("Active", Verdict.OK), ("Inactive", Verdict.BROKEN)])
def test_a_tag_that_is_not_active_makes_the_budget_blind(prod, status: str, verdict: Verdict) -> None:
    budget = prod.settings.budget.model_copy(update={"tag": {"team": "images"}})
    settings = prod.settings.model_copy(update={"budget": budget})
    deployment = Deployment(settings, lambda service: Tags(status), prod.clock.time())
    (finding,) = examine(deployment, [check for check in checks() if check.id == "cost-tag"])
    assert (finding.subject, finding.verdict) == ("team", verdict)


@pytest.mark.parametrize(("contacts", "verdict"), [(True, Verdict.BROKEN), (False, Verdict.WARNING)])
def test_a_severity_that_nobody_hears_is_told(prod, contacts: bool, verdict: Verdict) -> None:
    settings = prod.settings if contacts else prod.settings.model_copy(update={"contacts": Contacts()})
    deployment = replace(prod.deployment, settings=settings, client=lambda service: Deaf())
    found = examine(deployment, [check for check in checks() if check.id == "subscriptions"])
    told = {finding.verdict for finding in found if finding.seen.startswith("nobody hears")}
    assert told == {verdict}


class Deaf:
    """An SNS whose topics nobody has subscribed to."""

    class exceptions:  # noqa: N801 - boto3's name
        class NotFoundException(Exception):  # noqa: N818 - boto3's name
            """Never raised here."""

    def get_paginator(self, _: str) -> Deaf:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Subscriptions": []}]


class Groups:
    """A CloudWatch Logs with one group, of a class that moto does not keep."""

    def get_paginator(self, _: str) -> Groups:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        group = {"logGroupName": "/diffusionwatch/prod/image-api/worker", "logGroupClass": "INFREQUENT_ACCESS"}
        return [{"logGroups": [group]}]


def test_a_worker_log_group_that_extracts_no_metrics_is_broken(prod) -> None:
    deployment = Deployment(prod.settings, lambda service: Groups(), prod.clock.time())
    broken = failing(examine(deployment, [check for check in checks() if check.id == "log-groups"]), "log-groups")
    assert broken["/diffusionwatch/prod/image-api/worker"] == "class INFREQUENT_ACCESS, which extracts no metrics"


def test_every_action_that_is_asked_only_reads_and_stands_on_the_page(prod, ill, root: Path) -> None:
    page = (root / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {action for action in prod.asked if f'"{action}"' not in page} == set()
    assert {
        action for action in prod.asked if not action.split(":")[1].startswith(("Describe", "Get", "List"))
    } == set()


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.id)
def test_a_check_documents_itself(check: Check) -> None:
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert check.why.endswith(".")


def test_the_command_prints_json_and_ends_with_1(
    prod, ill, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prod.export(monkeypatch)
    with pytest.raises(typer.Exit) as ended:
        doctor.command("prod", root / "environments", brief=True, as_json=True)
    assert ended.value.exit_code == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["broken"] > 5
    assert {finding["verdict"] for finding in told["findings"]} == {"broken", "warning", "unknown"}


def test_the_table_names_check_verdict_and_what_to_do(
    prod, ill, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prod.export(monkeypatch)
    monkeypatch.setenv("COLUMNS", "240")
    with pytest.raises(typer.Exit):
        doctor.command("prod", root / "environments", brief=False, as_json=False)
    shown = capsys.readouterr().out
    assert "composite alarm with its actions disabled" in shown
    assert "broken" in shown
    assert "things looked at" in shown


def run(root: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; from diffusionwatch_cli.main import load; load('doctor')(sys.argv[1:])"
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(
        command, cwd=root, env={**os.environ, **environ}, capture_output=True, text=True, timeout=120, check=False
    )


def test_an_unknown_environment_is_refused_in_one_line(root: Path) -> None:
    refused = run(root, "--environment", "prdo")
    assert refused.returncode == 2
    assert refused.stderr.strip().endswith("did you mean prod?")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_an_aws_that_is_not_there_is_refused_in_one_line(root: Path) -> None:
    refused = run(root, "--environment", "prod", AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_MAX_ATTEMPTS="1")
    assert refused.returncode == 2
    assert refused.stderr.startswith("diffusionwatch: AWS does not answer: Could not connect")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_asking_needs_no_cdk() -> None:
    script = "import sys, diffusionwatch_cdk.operations as o; o.checks(); sys.exit('aws_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0
