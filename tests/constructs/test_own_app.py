"""The constructs in somebody else's app, with constructs where the settings files have names."""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sqs as sqs

from diffusionwatch_cdk import AlarmRule, Fleet, FleetMonitoring, UnknownMetricError
from diffusionwatch_cdk.alarms import Severity
from diffusionwatch_cdk.metrics import Metric, measure


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Theirs", env=cdk.Environment(account="111122223333", region="us-east-1"))


@pytest.fixture
def group(stack: cdk.Stack) -> autoscaling.AutoScalingGroup:
    return autoscaling.AutoScalingGroup(
        stack,
        "Workers",
        vpc=ec2.Vpc(stack, "Vpc", nat_gateways=0, max_azs=1),
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        instance_type=ec2.InstanceType("g6e.xlarge"),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(),
        group_metrics=[autoscaling.GroupMetrics.all()],
    )


def test_a_group_and_a_queue_are_given_as_constructs(stack, group, watch) -> None:
    queue = sqs.Queue(stack, "Jobs")
    fleet = Fleet.on_ec2(
        service="image-api", auto_scaling_group=group, queue=queue, instance_type="g6e.xlarge", planned_instances=2
    )
    FleetMonitoring(stack, "Monitoring", fleet=fleet, settings=watch().environment)

    template = assertions.Template.from_stack(stack)
    (group_id,) = template.find_resources("AWS::AutoScaling::AutoScalingGroup")
    (queue_id,) = template.find_resources("AWS::SQS::Queue")
    alarm = template.to_json()["Resources"]["ImageApiGpuIdleWithWork"]["Properties"]
    dimensions = {one["Id"]: one["MetricStat"]["Metric"]["Dimensions"][0] for one in alarm["Metrics"][:2]}
    assert dimensions == {
        "waiting": {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue_id, "QueueName"]}},
        "busiest": {"Name": "AutoScalingGroupName", "Value": {"Ref": group_id}},
    }
    template.has_resource_properties(
        "AWS::CloudWatch::Dashboard",
        {"DashboardBody": {"Fn::Join": ["", assertions.Match.array_with([{"Ref": group_id}])]}},
    )


def test_a_group_of_the_app_gets_the_metrics_that_alarms_read(stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", nat_gateways=0, max_azs=1)
    silent = autoscaling.AutoScalingGroup(
        stack,
        "Silent",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        instance_type=ec2.InstanceType("g6e.xlarge"),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(),
    )
    plain = autoscaling.CfnAutoScalingGroup(stack, "Plain", min_size="0", max_size="1")
    imported = autoscaling.AutoScalingGroup.from_auto_scaling_group_name(stack, "Imported", "theirs")
    fleets = [Fleet.on_ec2(service="a", auto_scaling_group=one) for one in (silent, plain, imported)]

    groups = assertions.Template.from_stack(stack).find_resources("AWS::AutoScaling::AutoScalingGroup")
    assert len(groups) == 2
    assert all(one["Properties"]["MetricsCollection"] == [{"Granularity": "1Minute"}] for one in groups.values())
    assert stack.resolve(fleets[1].auto_scaling_group) == {"Ref": "Plain"}
    assert fleets[2].auto_scaling_group == "theirs"


def test_metrics_that_somebody_chose_stay_as_they_are(stack, group) -> None:
    Fleet.on_ec2(service="image-api", auto_scaling_group=group)

    (made,) = assertions.Template.from_stack(stack).find_resources("AWS::AutoScaling::AutoScalingGroup").values()
    assert made["Properties"]["MetricsCollection"] == [{"Granularity": "1Minute"}]


def test_a_level_1_queue_is_given_too(stack) -> None:
    made = Fleet.on_ec2(service="a", auto_scaling_group="a", queue=sqs.CfnQueue(stack, "Jobs"))

    assert stack.resolve(made.queue) == {"Fn::GetAtt": ["Jobs", "QueueName"]}


def test_a_service_that_the_settings_do_not_name_gets_the_catalogues_defaults(stack, watch) -> None:
    fleet = Fleet.on_ec2(
        service="video-api", auto_scaling_group="videos", instance_type="p5.48xlarge", planned_instances=1
    )
    monitoring = FleetMonitoring(stack, "Monitoring", fleet=fleet, settings=watch().environment)

    assert "prod-video-api-error-rate" in [alarm.name for alarm in monitoring.alarms.definition.alarms]


def test_a_fleet_of_unknown_instances_has_no_alarms_on_its_plan(stack, watch) -> None:
    fleet = Fleet.on_ec2(service="image-api", auto_scaling_group="images", queue="images")
    monitoring = FleetMonitoring(stack, "Monitoring", fleet=fleet, settings=watch().environment)

    ids = {alarm.rule.id for alarm in monitoring.alarms.definition.alarms}
    assert "gpu-idle-with-work" in ids
    assert not ids & {"cost-hour", "cost-hour-page", "cost-day", "vcpu-quota"}


def test_several_fleets_live_in_one_stack(stack, watch) -> None:
    for service in ("image-api", "video-api"):
        fleet = Fleet.on_ec2(
            service=service, auto_scaling_group=service, instance_type="g6e.xlarge", planned_instances=1
        )
        FleetMonitoring(stack, service, fleet=fleet, settings=watch().environment)

    names = assertions.Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard")
    assert {"ImageApiOnCallDashboard", "VideoApiOnCallDashboard"} <= set(names)


class TooManyImages(AlarmRule):
    """Somebody's own rule."""

    id = "too-many-images"
    title = "More images than anybody asked for"
    guards = "Storage."
    first_action = "Ask the product team who asked for them."
    default, unit, default_reason = 1000, "images an hour", "Nobody looks at more."
    period, datapoints, periods = 3600, 1, 1
    severity = Severity.TICKET
    missing, missing_reason = "notBreaching", "No images are not too many."
    metric = "ImagesGenerated"

    def measure(self, watched, threshold):
        return measure(watched.worker("ImagesGenerated", "Sum", self.period))


class Misspelt(TooManyImages):
    def measure(self, watched, threshold):
        return measure(Metric("DiffusionWatch", "ImageGenerated", (("Service", "image-api"),), "Sum", 3600))


def test_an_alarm_of_ones_own_stands_beside_the_catalogues(stack, watch) -> None:
    watched = watch()
    FleetMonitoring(
        stack, "Monitoring", fleet=watched.fleet, settings=watched.environment, extra_alarms=[TooManyImages()]
    )

    alarm = assertions.Template.from_stack(stack).to_json()["Resources"]["ImageApiTooManyImages"]
    assert alarm["Properties"]["Threshold"] == 1000
    assert "Ask the product team" in alarm["Properties"]["AlarmDescription"]


class SlowFront(TooManyImages):
    id = "slow-front"

    def measure(self, watched, threshold):
        front = (("LoadBalancer", "app/front/0123456789abcdef"),)
        return measure(Metric("AWS/ApplicationELB", "TargetResponseTime", front, "p90", 300))


def test_an_alarm_on_somebody_elses_metric_needs_its_namespace_named(stack, watch) -> None:
    watched = watch()
    given = {"fleet": watched.fleet, "settings": watched.environment, "extra_alarms": [SlowFront()]}

    with pytest.raises(UnknownMetricError, match=r"slow-front looks at AWS/ApplicationELB/.* one of own_namespaces"):
        FleetMonitoring(cdk.Stack(), "Monitoring", **given)
    FleetMonitoring(stack, "Monitoring", **given, own_namespaces=["AWS/ApplicationELB"])
    assert "ImageApiSlowFront" in assertions.Template.from_stack(stack).to_json()["Resources"]


def test_an_alarm_on_what_nobody_emits_fails_the_synth_by_name(stack, watch) -> None:
    watched = watch()

    with pytest.raises(UnknownMetricError, match=r"too-many-images looks at .*did you mean ImagesGenerated"):
        FleetMonitoring(
            stack, "Monitoring", fleet=watched.fleet, settings=watched.environment, extra_alarms=[Misspelt()]
        )


def test_a_dashboard_of_names_is_plain_json(stack, watch) -> None:
    watched = watch()
    FleetMonitoring(stack, "Monitoring", fleet=watched.fleet, settings=watched.environment)

    resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    assert json.loads(resources["ImageApiOnCallDashboard"]["Properties"]["DashboardBody"])
