"""The parts of an environment beside its alarms."""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from diffusionwatch_agent.delivery import parameter_value
from diffusionwatch_agent.nodes import GpuNodes
from diffusionwatch_cdk import AgentConfiguration, EncryptionKey, FleetMonitoring, Notifications, Spend, Tracing
from diffusionwatch_cdk.maintenance import MaintenanceWindows
from diffusionwatch_cdk.names import x_ray_name
from diffusionwatch_cdk.settings import Budget, Contacts, MuteWindow
from diffusionwatch_cdk.watched import WatchedFleet


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))


def made(stack: cdk.Stack, kind: str) -> list[dict]:
    found = assertions.Template.from_stack(stack).find_resources(kind)
    return [resource["Properties"] for resource in found.values()]


def test_a_maintenance_window_mutes_what_notifies_and_nothing_else(stack, watch) -> None:
    watched = watch()
    window = MuteWindow(schedule="cron(0 3 * * 0)", duration="PT2H", reason="Nodes are patched.")
    settings = watched.environment.model_copy(update={"maintenance": {"patch-night": window}})
    FleetMonitoring(stack, "Monitoring", fleet=watched.fleet, settings=settings)

    (rule,) = made(stack, "AWS::CloudWatch::AlarmMuteRule")
    muted = rule["MuteTargets"]["AlarmNames"]
    assert rule["Rule"]["Schedule"] == {"Expression": "cron(0 3 * * 0)", "Duration": "PT2H", "Timezone": "UTC"}
    assert "prod-image-api-workers-stuck" in muted
    assert "prod-image-api-gpu-idle-with-work" not in muted


def test_more_alarms_than_a_mute_rule_holds_are_muted_by_several(stack, watch) -> None:
    watched = watch()
    window = MuteWindow(schedule="cron(0 3 * * 0)", duration="PT2H", reason="Nodes are patched.")
    settings = watched.environment.model_copy(update={"maintenance": {"patch-night": window, "rest": window}})
    many = [f"own-{number}" for number in range(201)]
    of_ours = WatchedFleet(watched.fleet, settings)
    MaintenanceWindows(stack, "Maintenance", watched=of_ours, alarms=many)

    rules = made(stack, "AWS::CloudWatch::AlarmMuteRule")
    names = [rule["Name"] for rule in rules]
    assert names[:3] == [f"prod-image-api-patch-night{further}" for further in ("", ".2", ".3")]
    assert len(set(names)) == 6
    muted = [rule["MuteTargets"]["AlarmNames"] for rule in rules]
    assert [len(share) for share in muted] == [100, 100, 1] * 2
    assert [name for share in muted[:3] for name in share] == [of_ours.alarm_name(alarm) for alarm in many]


def test_no_alarm_that_notifies_makes_no_mute_rule(stack, watch) -> None:
    watched = watch()
    window = MuteWindow(schedule="cron(0 3 * * 0)", duration="PT2H", reason="Nodes are patched.")
    settings = watched.environment.model_copy(update={"maintenance": {"patch-night": window}})
    MaintenanceWindows(stack, "Maintenance", watched=WatchedFleet(watched.fleet, settings), alarms=[])

    assert made(stack, "AWS::CloudWatch::AlarmMuteRule") == []


def test_the_queries_that_alarms_name_are_saved(stack, watch) -> None:
    watched = watch()
    FleetMonitoring(stack, "Monitoring", fleet=watched.fleet, settings=watched.environment)

    saved = {query["Name"] for query in made(stack, "AWS::Logs::QueryDefinition")}
    assert "diffusionwatch/prod/image-api/faults by class and host" in saved


def test_each_contact_is_subscribed_and_what_it_does_not_take_is_kept(stack, watch) -> None:
    contacts = Contacts.model_validate(
        {"page": [{"protocol": "https", "endpoint": "https://events.example.com/x"}], "ticket": []}
    )
    settings = watch().environment.model_copy(update={"contacts": contacts})
    Notifications(stack, "Notifications", settings=settings, key=EncryptionKey(stack, "Key", settings=settings))

    (subscription,) = made(stack, "AWS::SNS::Subscription")
    assert subscription["Protocol"] == "https"
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": ["Undelivered", "Arn"]}}


def test_a_page_that_does_not_arrive_is_told_by_the_other_topic(stack, watch) -> None:
    settings = watch().environment
    Notifications(stack, "Notifications", settings=settings, key=EncryptionKey(stack, "Key", settings=settings))

    (alarm,) = made(stack, "AWS::CloudWatch::Alarm")
    assert alarm["Dimensions"] == [{"Name": "TopicName", "Value": "diffusionwatch-prod-page"}]
    assert alarm["AlarmActions"] == ["arn:aws:sns:us-east-1:111122223333:diffusionwatch-prod-ticket"]


def test_a_budget_tells_at_80_and_100_percent_and_looks_ahead(stack, watch) -> None:
    watched = watch()
    settings = watched.environment.model_copy(update={"budget": Budget(monthly_usd=10, tag={"team": "images"})})
    Spend(stack, "Spend", fleets=[watched.fleet], settings=settings)

    (budget,) = made(stack, "AWS::Budgets::Budget")
    told = [one["Notification"] for one in budget["NotificationsWithSubscribers"]]
    assert [(one["NotificationType"], one["Threshold"]) for one in told] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": ["user:team$images"]}
    assert "BudgetName" not in budget["Budget"]


@pytest.mark.parametrize("install", [True, False])
def test_the_agent_is_installed_only_where_asked(stack, watch, install: bool) -> None:
    watched = watch(install_agent=install)
    AgentConfiguration(stack, "Agent", fleet=watched.fleet, settings=watched.environment)

    (parameter,) = made(stack, "AWS::SSM::Parameter")
    assert parameter["Name"] == "AmazonCloudWatch-diffusionwatch-prod-image-api"
    assert json.loads(parameter["Value"]) == json.loads(
        parameter_value(GpuNodes("prod", "image-api", "g6e.xlarge", retention_days=90))
    )
    associations = made(stack, "AWS::SSM::Association")
    assert [one["Targets"][0]["Values"] for one in associations] == [["image-api-prod"]] * install


def test_traces_are_grouped_by_fault_and_by_slowness(stack, watch) -> None:
    watched = watch(objectives={"slow_seconds": 20})
    Tracing(stack, "Tracing", fleet=watched.fleet, settings=watched.environment)

    assert {group["GroupName"]: group["FilterExpression"] for group in made(stack, "AWS::XRay::Group")} == {
        "prod-image-api-faults": 'service("image-api") { fault = true } AND annotation[environment] = "prod"',
        "prod-image-api-slow": 'service("image-api") { responsetime > 20 } AND annotation[environment] = "prod"',
    }


def test_long_names_of_trace_groups_stay_apart_in_32_characters() -> None:
    names = {x_ray_name("production", f"photorealistic-image-api-{region}", "faults") for region in ("east", "west")}

    assert len(names) == 2
    assert all(len(name) <= 32 and name.endswith("-faults") for name in names)
