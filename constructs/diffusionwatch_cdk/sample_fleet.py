"""A small fleet to watch: for this machine, and for a first look in an account of one's own."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .fleet import Fleet
from .names import logical_id
from .settings import EnvironmentSettings

ATTEMPTS = 3
"""A job that failed three times is looked at by a person."""
VISIBILITY_SECONDS = 900
"""Longer than the longest generation, or a second worker would start the same job."""
GROUP_METRICS = (
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupTerminatingInstances",
)


class SampleFleet(Construct):
    """A queue with its dead-letter queue, a launch template, and an Auto Scaling group with its metrics on."""

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        service = fleet.service
        dead = sqs.CfnQueue(
            self,
            "DeadLetters",
            queue_name=fleet.dead_letter_queue,
            message_retention_period=14 * 86_400,
            sqs_managed_sse_enabled=True,
        )
        dead.override_logical_id(logical_id(service, "dead-letters"))
        jobs = sqs.CfnQueue(
            self,
            "Jobs",
            queue_name=fleet.queue,
            visibility_timeout=VISIBILITY_SECONDS,
            sqs_managed_sse_enabled=True,
            redrive_policy={"deadLetterTargetArn": dead.attr_arn, "maxReceiveCount": ATTEMPTS},
        )
        jobs.override_logical_id(logical_id(service, "jobs"))
        template = ec2.CfnLaunchTemplate(
            self,
            "Template",
            launch_template_name=fleet.auto_scaling_group,
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(
                instance_type=fleet.instance_type,
                image_id=IMAGE,
                metadata_options=ec2.CfnLaunchTemplate.MetadataOptionsProperty(http_tokens="required"),
                monitoring=ec2.CfnLaunchTemplate.MonitoringProperty(enabled=True),
            ),
        )
        template.override_logical_id(logical_id(service, "template"))
        size = round(fleet.planned_instances or 1)
        group = autoscaling.CfnAutoScalingGroup(
            self,
            "Group",
            auto_scaling_group_name=fleet.auto_scaling_group,
            availability_zones=cdk.Fn.get_azs(),
            launch_template=autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
                launch_template_id=template.ref, version=template.attr_latest_version_number
            ),
            min_size="0",
            desired_capacity=str(size),
            max_size=str(max(1, 2 * size)),
            metrics_collection=[
                autoscaling.CfnAutoScalingGroup.MetricsCollectionProperty(
                    granularity="1Minute", metrics=list(GROUP_METRICS)
                )
            ],
        )
        group.override_logical_id(logical_id(service, "group"))


IMAGE = "ami-12c6146b"
"""An image that the embedded AWS knows; in an account of one's own, a Deep Learning Base GPU image."""
