"""The Aspect over somebody's tree; several fleets in a stack, several services, two environments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks

from diffusionwatch_cdk import Fleet, FleetMonitoring, MonitorFleets, Notifications, Tracing, WorkerLogs
from diffusionwatch_cdk.encryption import EncryptionKey
from diffusionwatch_cdk.settings import EnvironmentSettings

Environment = Callable[..., EnvironmentSettings]
HERE = cdk.Environment(account="111122223333", region="us-east-1")


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Theirs", env=HERE)


def group(stack: cdk.Stack, name: str, **more: Any) -> autoscaling.CfnAutoScalingGroup:
    return autoscaling.CfnAutoScalingGroup(stack, name, min_size="1", max_size="4", **more)


def on_template(stack: cdk.Stack, name: str, instance_type: str) -> autoscaling.CfnAutoScalingGroup:
    made = ec2.CfnLaunchTemplate(
        stack,
        f"{name}Launch",
        launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(instance_type=instance_type),
    )
    given = autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
        launch_template_id=made.ref, version=made.attr_latest_version_number
    )
    return group(stack, name, launch_template=given)


def monitored(stack: cdk.Stack, settings: EnvironmentSettings, **more: Any) -> MonitorFleets:
    aspect = MonitorFleets(settings=settings, **more).over(stack)
    app = stack.node.root
    assert isinstance(app, cdk.App)
    app.synth()
    return aspect


def alarms(stack: cdk.Stack) -> set[str]:
    found = assertions.Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm").values()
    return {one["Properties"]["AlarmName"] for one in found}


def test_the_example_monitors_what_has_gpus_and_is_not_told_to_leave(root: Path, tmp_path: Path) -> None:
    example, environ = root / "examples" / "whole_tree", {**os.environ, "CDK_OUTDIR": str(tmp_path)}
    subprocess.run([sys.executable, "app.py"], cwd=example, env=environ, check=True, capture_output=True)

    resources = json.loads((tmp_path / "Studio.template.json").read_text())["Resources"].values()
    boards = {one["Properties"]["DashboardName"] for one in resources if one["Type"] == "AWS::CloudWatch::Dashboard"}
    assert {name.removeprefix("prod-").removesuffix("-on-call") for name in boards if name.endswith("-on-call")} == {
        "posters",
        "upscaler",
    }
    names = {one["Properties"]["AlarmName"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"}
    assert "prod-posters-backlog" in names, "it has a queue"
    assert "prod-upscaler-backlog" not in names
    measured = [
        one
        for one in resources
        if one["Type"].endswith("AutoScalingGroup") and "MetricsCollection" in one["Properties"]
    ]
    assert len(measured) == 1, "group metrics are turned on where they are read"


def test_the_instance_type_is_found_behind_a_launch_template(stack: cdk.Stack, environment: Environment) -> None:
    on_template(stack, "ImageWorkers", "g6e.xlarge")
    on_template(stack, "Web", "m7i.large")

    aspect = monitored(stack, environment())

    assert list(aspect.monitored) == ["image-workers"]
    assert aspect.monitored["image-workers"].watched.fleet.instance_type == "g6e.xlarge"
    assert "prod-image-workers-workers-missing" in alarms(stack)


def test_a_group_of_several_types_is_known_by_its_first_with_gpus(stack: cdk.Stack, environment: Environment) -> None:
    kinds = autoscaling.CfnAutoScalingGroup
    group(
        stack,
        "Mixed",
        mixed_instances_policy=kinds.MixedInstancesPolicyProperty(
            launch_template=kinds.LaunchTemplateProperty(
                launch_template_specification=kinds.LaunchTemplateSpecificationProperty(
                    launch_template_id="lt-0123456789abcdef0", version="1"
                ),
                overrides=[
                    kinds.LaunchTemplateOverridesProperty(instance_type=one)
                    for one in ("m7i.large", "g6.xlarge", "g6e.xlarge")
                ],
            )
        ),
    )

    aspect = monitored(stack, environment())
    assert {name: one.watched.fleet.instance_type for name, one in aspect.monitored.items()} == {"mixed": "g6.xlarge"}


def test_a_name_is_taken_from_the_tag_and_two_of_a_name_are_refused(stack: cdk.Stack, environment: Environment) -> None:
    for name in ("Blue", "Green"):
        cdk.Tags.of(on_template(stack, name, "g6e.xlarge")).add("diffusionwatch:service", "image-api")

    assert list(monitored(stack, environment()).monitored) == ["image-api"]
    said = assertions.Match.string_like_regexp("a second fleet is called 'image-api': name this one by the tag")
    assert assertions.Annotations.from_stack(stack).find_error("*", said), "which ends `cdk synth` and `cdk deploy`"


def test_a_node_group_whose_workers_are_not_known_is_said_and_left(stack: cdk.Stack, environment: Environment) -> None:
    eks.CfnNodegroup(
        stack, "Nodes", cluster_name="c", node_role="arn", subnets=["s"], instance_types=["m7i.large", "g6.xlarge"]
    )

    assert not monitored(stack, environment()).monitored
    assert assertions.Annotations.from_stack(stack).find_info("*", assertions.Match.string_like_regexp("namespace/"))


def test_a_template_of_another_stack_is_read_too(stack: cdk.Stack, environment: Environment) -> None:
    theirs = cdk.Stack(stack.node.scope, "Templates", env=HERE)
    data = ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(instance_type="g6e.xlarge")
    made = ec2.CfnLaunchTemplate(theirs, "Launch", launch_template_data=data)
    given = autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
        launch_template_id=made.ref, version=made.attr_latest_version_number
    )
    group(stack, "Far", launch_template=given)

    assert list(monitored(stack, environment()).monitored) == ["far"]


def test_a_group_in_a_stage_is_found_from_above_it(environment: Environment) -> None:
    app = cdk.App()
    inner = cdk.Stack(cdk.Stage(app, "Prod", env=HERE), "S")
    on_template(inner, "Staged", "g6e.xlarge")

    aspect = MonitorFleets(settings=environment()).over(app)
    app.synth()
    assert list(aspect.monitored) == ["staged"]


def test_a_type_that_the_tree_does_not_tell_is_watched_where_its_service_is_named(
    stack: cdk.Stack, environment: Environment
) -> None:
    kind = cdk.CfnParameter(stack, "Kind", default="g6e.xlarge").value_as_string
    on_template(stack, "Unnamed", kind)
    cdk.Tags.of(on_template(stack, "Named", kind)).add("diffusionwatch:service", "posters")
    cdk.Tags.of(on_template(stack, "Web", "m7i.large")).add("diffusionwatch:service", "web")

    assert list(monitored(stack, environment()).monitored) == ["posters"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["1stWorkers"], "a fleet is called '1st-workers'; allowed: small letters.*name this one by the tag"),
        (["W" * 33], "at most 32: name this one by the tag"),
        (["Images", "ImagesGpu"], "images-gpu-degraded would be an alarm of images and one of images-gpu"),
    ],
)
def test_a_name_that_no_service_can_have_is_said(
    stack: cdk.Stack, environment: Environment, names: list[str], says: str
) -> None:
    for name in names:
        on_template(stack, name, "g6e.xlarge")

    monitored(stack, environment())
    assert assertions.Annotations.from_stack(stack).find_error("*", assertions.Match.string_like_regexp(says))


def test_a_queue_of_a_fleet_that_is_not_there_ends_the_synth(stack: cdk.Stack, environment: Environment) -> None:
    on_template(stack, "ImageWorkers", "g6e.xlarge")

    with pytest.raises(RuntimeError, match="no fleet is called 'imageworkers'; did you mean image-workers"):
        monitored(stack, environment(), queues={"imageworkers": "jobs"})


def test_several_fleets_stand_in_one_stack(stack: cdk.Stack, environment: Environment) -> None:
    settings = environment("image-api", "upscaler")
    for name, service in settings.services.items():
        FleetMonitoring(stack, name, fleet=Fleet.named(name, service.fleet), settings=settings)

    names = alarms(stack)
    assert {"prod-image-api-error-rate", "prod-upscaler-error-rate"} <= names
    assert {name.replace("upscaler", "image-api") for name in names} == {name for name in names if "image-api" in name}


def test_a_service_that_is_added_changes_nothing_of_the_others(environment: Environment) -> None:
    """Each has a budget of its own: without, the environment's is divided among more."""

    def resources(*services: str) -> dict[str, Any]:
        fleet = {"auto_scaling_group": "a", "instance_type": "g6e.xlarge", "planned_instances": 1}
        settings = environment(services={name: {"fleet": fleet, "budget_usd": 900} for name in services})
        stack = cdk.Stack(cdk.App(), "S", env=HERE)
        for name, service in settings.services.items():
            FleetMonitoring(stack, name, fleet=Fleet.named(name, service.fleet), settings=settings)
        return dict(assertions.Template.from_stack(stack).to_json()["Resources"])

    one, two = resources("image-api"), resources("image-api", "upscaler")
    assert len(two) > len(one)
    assert {name: two.get(name) for name in one} == one


def test_two_environments_of_one_account_share_no_name(environment: Environment) -> None:
    names: list[set[str]] = []
    for name in ("prod", "staging"):
        settings = environment("image-api", name=name)
        stack = cdk.Stack(cdk.App(), name, env=HERE)
        key = EncryptionKey(stack, "Key", settings=settings)
        Notifications(stack, "Notifications", settings=settings, key=key)
        WorkerLogs(stack, "Logs", settings=settings, key=key)
        fleet = Fleet.named("image-api", settings.services["image-api"].fleet)
        Tracing(stack, "Tracing", fleet=fleet, settings=settings)
        FleetMonitoring(stack, "Monitoring", fleet=fleet, settings=settings)
        made = assertions.Template.from_stack(stack).to_json()["Resources"].values()
        keys = (
            "AlarmName",
            "DashboardName",
            "TopicName",
            "LogGroupName",
            "GroupName",
            "QueueName",
            "AliasName",
            "Name",
        )
        names.append(
            {
                f"{one['Type']} {one['Properties'][key]}"
                for one in made
                for key in keys
                if isinstance(one.get("Properties", {}).get(key), str) and not one["Type"].endswith("MetricFilter")
            }
        )
    assert len(names[0]) > 40
    assert not names[0] & names[1]


def test_rows_of_ones_own_stand_below_a_dashboards_others(stack: cdk.Stack, environment: Environment) -> None:
    settings = environment("image-api")
    fleet = Fleet.named("image-api", settings.services["image-api"].fleet)
    text = {"type": "text", "width": 24, "height": 2, "properties": {"markdown": "ours"}}

    made = FleetMonitoring(
        stack, "M", fleet=fleet, settings=settings, extra_rows={"on-call": [lambda watched, alarms: [text]]}
    )

    widgets = made.dashboards.bodies["on-call"]["widgets"]
    assert widgets[-1] == {**text, "x": 0, "y": max(one["y"] + one["height"] for one in widgets[:-1])}
    with pytest.raises(ValueError, match="no dashboard called 'oncall'; did you mean on-call"):
        FleetMonitoring(cdk.Stack(), "N", fleet=fleet, settings=settings, extra_rows={"oncall": []})
