"""The alert digest as a stack: what is deployed, what it may do, what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from alert_digest.outbox import LEASE
from alert_digest.policy import policy
from diffusionwatch_cdk import Fleet, SettingsError
from diffusionwatch_cdk.alarms import define
from diffusionwatch_cdk.digest.construct import AlertDigest
from diffusionwatch_cdk.settings.load import read_environment
from diffusionwatch_cdk.watched import WatchedFleet

from .conftest import checked

ENVIRONMENT = """
account: "111122223333"
region: us-east-1
runbooks: https://example.com/runbooks.md
budget: {monthly_usd: 400}
contacts:
  page: [{protocol: email, endpoint: on-call@example.com}]
  ticket: [{protocol: email, endpoint: tickets@example.com}]
digest:
  routes:
    chat: {channel: slack, secret: diffusionwatch/trial/slack}
    mail:
      channel: email
      addresses: [tickets@example.com]
      severities: [ticket]
      hours: {end: "17:00", zone: Europe/Paris}
services:
  image-api: &service
    fleet:
      auto_scaling_group: images
      instance_type: g6e.xlarge
      planned_instances: 1
      queue: images
  video-api:
    <<: *service
    alarms: {queue-age: {severity: page}}
"""
STACK = "diffusionwatch-trial-digest"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checked(tmp_path_factory.mktemp("trial"), "trial", ENVIRONMENT)


@pytest.fixture(scope="module")
def resources(assembly: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((assembly / f"{STACK}.template.json").read_text())["Resources"]
    return found


def of(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_logical_ids_stay(resources: dict[str, Any]) -> None:
    held = {"AlertDigestTable": "AWS::DynamoDB::Table", "AlertDigestDeadLetters": "AWS::SQS::Queue"}
    named = {"AlertDigest": "AWS::Lambda::Function", "AlertDigestMailTopic": "AWS::SNS::Topic"}
    for name, kind in (held | named).items():
        assert resources[name]["Type"] == kind
    assert resources["AlertDigestTable"]["DeletionPolicy"] == "Retain"


def test_a_delivery_is_leased_for_longer_than_a_call_can_take(resources: dict[str, Any]) -> None:
    assert resources["AlertDigest"]["Properties"]["Timeout"] == 60 <= LEASE / 3


def test_the_functions_own_reading_of_its_settings(resources: dict[str, Any]) -> None:
    variables = resources["AlertDigest"]["Properties"]["Environment"]["Variables"]
    read = policy(variables["DIFFUSIONWATCH_ENVIRONMENT"], variables["DIFFUSIONWATCH_DIGEST"])

    chat, mail = read.routes
    assert (chat.secret, chat.severities, chat.hours) == ("diffusionwatch/trial/slack", ("page", "ticket"), None)
    assert mail.target == "arn:aws:sns:us-east-1:111122223333:diffusionwatch-trial-digest-mail"
    assert mail.severities == ("ticket",)
    assert mail.hours is not None
    assert (mail.hours.days[0], mail.hours.start, mail.hours.end, mail.hours.zone) == (
        "mon", "09:00", "17:00", "Europe/Paris",
    )  # fmt: skip
    assert read.services == ("image-api", "video-api")
    assert read.severity("users-hurt") == "page"
    assert read.severity("queue-age") == "page"  # of one service; the other's leaf is told with it
    assert read.severity("stalled") == "leaf"


def test_the_role_names_what_it_may_touch(resources: dict[str, Any]) -> None:
    (policies,) = (one["Policies"] for one in of(resources, "AWS::IAM::Role").values())
    (statements,) = (one["PolicyDocument"]["Statement"] for one in policies)
    allowed = {
        action: one["Resource"]
        for one in statements
        for action in (one["Action"] if isinstance(one["Action"], list) else [one["Action"]])
    }

    assert {action for action, resource in allowed.items() if resource == "*"} == {"cloudwatch:GetMetricWidgetImage"}
    assert allowed["secretsmanager:GetSecretValue"] == [
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:diffusionwatch/trial/slack-??????"
    ]
    assert allowed["sns:Publish"] == ["arn:aws:sns:us-east-1:111122223333:diffusionwatch-trial-digest-mail"]
    (key,) = (one for one in statements if "kms:Decrypt" in one["Action"])
    assert key["Condition"]["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/diffusionwatch-trial"}
    assert not [action for action in allowed if "*" in action]


def test_alarms_of_services_reach_it_and_its_own_do_not(resources: dict[str, Any]) -> None:
    rules = of(resources, "AWS::Events::Rule")
    (prefixes,) = (one["EventPattern"]["detail"]["alarmName"] for one in rules.values() if "EventPattern" in one)

    assert prefixes == [{"prefix": "trial-image-api-"}, {"prefix": "trial-video-api-"}]
    for name in (one["AlarmName"] for one in of(resources, "AWS::CloudWatch::Alarm").values()):
        assert not name.startswith(tuple(one["prefix"] for one in prefixes))


def test_a_turn_is_not_tried_again_and_an_event_is_for_a_day(resources: dict[str, Any]) -> None:
    targets = {name: one["Targets"][0] for name, one in of(resources, "AWS::Events::Rule").items()}

    assert targets["AlertDigestTurns"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert targets["AlertDigestEvents"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86_400
    letters = {"Fn::GetAtt": ["AlertDigestDeadLetters", "Arn"]}
    assert {json.dumps(one["DeadLetterConfig"]["Arn"]) for one in targets.values()} == {json.dumps(letters)}
    assert resources["AlertDigest"]["Properties"]["DeadLetterConfig"] == {"TargetArn": letters}


def test_its_alarms_tell_by_the_topic(resources: dict[str, Any]) -> None:
    alarms = of(resources, "AWS::CloudWatch::Alarm")
    topic = "arn:aws:sns:us-east-1:111122223333:diffusionwatch-trial-ticket"

    assert len(alarms) == 5
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [topic]
        assert len(alarm["AlarmDescription"]) <= 1024
        assert "\nFirst: " in alarm["AlarmDescription"]


def test_a_page_does_not_pass_through_it(assembly: Path) -> None:
    for path in assembly.glob("*monitoring*.template.json"):
        for one in json.loads(path.read_text())["Resources"].values():
            # A dashboard shows whether the digest's function works.
            assert one["Type"] == "AWS::CloudWatch::Dashboard" or "alert-digest" not in json.dumps(one)


def test_its_log_has_the_environments_key_and_retention(assembly: Path) -> None:
    template = json.loads((assembly / "diffusionwatch-trial-foundation.template.json").read_text())
    logs = template["Resources"]["AlertDigestLogs"]["Properties"]

    assert logs["LogGroupName"] == "/aws/lambda/diffusionwatch-trial-alert-digest"
    assert (logs["RetentionInDays"], logs["KmsKeyId"]) == (90, {"Fn::GetAtt": ["Key", "Arn"]})


def test_more_services_than_a_function_can_be_told_of_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "trial.yaml").write_text(ENVIRONMENT)
    settings = read_environment(tmp_path / "trial.yaml")
    many = {f"image-service-number-{number}": settings.services["image-api"] for number in range(150)}

    stack = cdk.Stack(cdk.App(), "Theirs")
    with pytest.raises(SettingsError, match=r"^digest: what its function is told takes [\d,]+ bytes of the 4,096 "):
        AlertDigest(stack, "Digest", settings=settings.model_copy(update={"services": many}), definitions=[])


def test_fifty_services_and_ten_routes_fit(tmp_path: Path) -> None:
    (tmp_path / "trial.yaml").write_text(ENVIRONMENT)
    settings = read_environment(tmp_path / "trial.yaml")
    assert settings.digest
    many = {f"service-{number}": settings.services["image-api"] for number in range(50)}
    routes = {f"chat-{number}": settings.digest.routes["chat"] for number in range(10)}
    digest = settings.digest.model_copy(update={"routes": routes})
    whole = settings.model_copy(update={"services": many, "digest": digest})
    definition = define(WatchedFleet(Fleet.named("image-api", settings.services["image-api"].fleet), settings))

    AlertDigest(cdk.Stack(cdk.App(), "Theirs"), "Digest", settings=whole, definitions=[definition])
