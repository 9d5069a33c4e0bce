"""Two accounts: one that looks, one that is looked at; each deployed into an AWS of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from pydantic import ValidationError

from diffusionwatch.clock import ManualClock
from diffusionwatch_cdk import AllFleets, CrossAccount
from diffusionwatch_cdk.dashboards.of_account import body_of_account
from diffusionwatch_cdk.settings import EnvironmentSettings
from diffusionwatch_cdk.validation import Document, lint
from diffusionwatch_local.aws import EmbeddedAws
from diffusionwatch_local.cloudwatch import CloudWatchService

HUB, SOURCE = "999988887777", "111122223333"
FLEET = {"auto_scaling_group": "image-api", "instance_type": "g6e.xlarge", "planned_instances": 2}
Environment = Callable[..., EnvironmentSettings]


@pytest.fixture
def hub(environment: Environment) -> Environment:
    """The account that looks; keywords are further settings of its one source."""

    def make(**more: Any) -> EnvironmentSettings:
        europe = {"account": SOURCE, "environment": "prod", "services": {"image-api": {"fleet": FLEET}}, **more}
        accounts = {"accept": {"accounts": [SOURCE]}, "sources": {"europe": europe}}
        return environment("image-api", name="hub", account=HUB, cross_account=accounts)

    return make


def template(settings: EnvironmentSettings) -> dict[str, Any]:
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account=settings.account, region=settings.region))
    AllFleets(stack, "AllFleets", settings=settings)
    CrossAccount(stack, "CrossAccount", settings=settings)
    return dict(assertions.Template.from_stack(stack).to_json())


@contextmanager
def account(number: str) -> Iterator[EmbeddedAws]:
    clock = ManualClock()
    aws = EmbeddedAws(clock=clock, account=number, services=(CloudWatchService(clock),))
    aws.start()
    yield aws
    aws.stop()


def deployed(aws: EmbeddedAws, template: dict[str, Any]) -> dict[str, str]:
    api = aws.client("cloudformation")
    parts = {key: value for key, value in template.items() if key in ("Resources", "Outputs")}
    api.create_stack(StackName="s", TemplateBody=json.dumps(parts))
    stack = api.describe_stacks(StackName="s")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", api.describe_stack_events(StackName="s")
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}


def test_the_hubs_sink_takes_the_sources_link(environment: Environment, hub: Environment) -> None:
    with account(HUB) as aws:
        sink = deployed(aws, template(hub()))["SinkArn"]
        policy = json.loads(aws.client("oam").get_sink_policy(SinkIdentifier=sink)["Policy"])
        names = [one["DashboardName"] for one in aws.client("cloudwatch").list_dashboards()["DashboardEntries"]]
    assert policy["Statement"][0]["Principal"] == {"AWS": [SOURCE]}
    assert names == ["hub-all-fleets"]

    source = environment("image-api", cross_account={"share_with": sink})
    with account(SOURCE) as aws:
        deployed(aws, template(source))
        (link,) = aws.client("oam").list_links()["Items"]
    assert link["SinkArn"] == sink
    assert set(link["ResourceTypes"]) == {"AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"}


def test_rows_of_another_account_ask_that_account(hub: Environment) -> None:
    made = template(hub())["Resources"]
    (dashboard,) = (one for one in made.values() if one["Type"] == "AWS::CloudWatch::Dashboard")
    widgets = json.loads(dashboard["Properties"]["DashboardBody"])["widgets"]
    asked = [
        {row[-1].get("accountId") for row in one["properties"]["metrics"] if "expression" not in row[-1]}
        for one in widgets
        if "metrics" in one["properties"]
    ]
    assert asked == [{None}, {SOURCE}]
    pages = [arn for one in widgets for arn in one["properties"].get("alarms", ())]
    assert f"arn:aws:cloudwatch:us-east-1:{SOURCE}:alarm:prod-image-api-users-hurt" in pages


def test_a_sources_dashboards_can_be_had_here_under_a_name_of_their_own(hub: Environment) -> None:
    made = template(hub(dashboards=["on-call", "gpu"]))["Resources"]
    bodies = {
        one["Properties"]["DashboardName"]: json.loads(one["Properties"]["DashboardBody"])
        for one in made.values()
        if one["Type"] == "AWS::CloudWatch::Dashboard"
    }
    assert set(bodies) == {"hub-all-fleets", "hub-europe-image-api-on-call", "hub-europe-image-api-gpu"}
    (choice,) = bodies["hub-europe-image-api-gpu"]["variables"]
    assert f'}} :aws.AccountId="{SOURCE}" AutoScalingGroupName=' in choice["search"]
    logs = [one for one in bodies["hub-europe-image-api-on-call"]["widgets"] if one["type"] == "log"]
    assert [one["properties"]["accountId"] for one in logs] == [SOURCE]


def test_only_what_asks_for_data_is_given_an_account() -> None:
    text = {"type": "text", "properties": {"markdown": "x"}}
    search = {"type": "metric", "properties": {"metrics": [[{"expression": "SEARCH('{A,B} x', 'Sum', 60)"}]]}}
    made = body_of_account({"widgets": [text, search]}, SOURCE)["widgets"]

    assert made[0] == text
    expression = made[1]["properties"]["metrics"][0][0]["expression"]
    assert expression == f"SEARCH('{{A,B}} :aws.AccountId=\"{SOURCE}\" x', 'Sum', 60)"


def test_an_organization_may_link_itself_as_a_whole(environment: Environment) -> None:
    settings = environment("a", cross_account={"accept": {"organization": "o-a1b2c3d4e5"}})
    sink = next(one for one in template(settings)["Resources"].values() if one["Type"] == "AWS::Oam::Sink")
    (statement,) = sink["Properties"]["Policy"]["Statement"]

    assert statement["Principal"] == "*"
    assert statement["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}


@pytest.mark.parametrize(
    ("accounts", "says"),
    [
        ({"accept": {}}, "accepts nobody"),
        ({"share_with": "arn:aws:oam:us-east-1:1:link/x"}, "share_with"),
        ({"sources": {"me": {"account": SOURCE, "environment": "prod", "services": {}}}}, "this environment itself"),
    ],
)
def test_what_makes_no_sense_is_refused(environment: Environment, accounts: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        environment("a", cross_account=accounts)


def test_the_lint_does_not_miss_the_alarms_of_another_account(hub: Environment) -> None:
    resources = template(hub())["Resources"]
    resources["Own"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"AlarmName": "hub-page-path", "AlarmActions": [f"arn:aws:sns:us-east-1:{HUB}:page"]},
    }
    found = lint([Document("hub.json", json.dumps({"Resources": resources}))])
    said = " ".join(one.message for one in found if one.rule == "DW048")
    assert "hub-image-api-users-hurt" in said, "its own that are not there are still missed"
    assert "prod-image-api" not in said
