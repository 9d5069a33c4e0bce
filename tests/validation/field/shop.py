"""A shop of our own, watched by cdk-monitoring-constructs 10.3.3: what shop.template.json was made by.

pip install cdk-monitoring-constructs==10.3.3 && python tests/validation/field/shop.py cdk.out/shop
"""

from __future__ import annotations

import sys
from typing import Any

import aws_cdk as cdk
import cdk_monitoring_constructs as watched  # type: ignore[import-not-found,unused-ignore]
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as steps


def warning(threshold: Any) -> dict[str, Any]:
    return {"Warning": threshold}


app = cdk.App(outdir=sys.argv[1])
stack = cdk.Stack(app, "Shop")
facade = watched.MonitoringFacade(
    stack,
    "Monitoring",
    metric_factory_defaults=watched.MetricFactoryDefaults(namespace="Shop"),
    alarm_factory_defaults=watched.AlarmFactoryDefaults(
        actions_enabled=True,
        alarm_name_prefix="Shop",
        action=watched.SnsAlarmActionStrategy(on_alarm_topic=sns.Topic(stack, "Page")),
    ),
)
facade.add_large_header("Shop")

dead = sqs.Queue(stack, "Dead")
facade.monitor_sqs_queue_with_dlq(
    queue=sqs.Queue(stack, "Orders", dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=3)),
    dead_letter_queue=dead,
    add_queue_max_size_alarm=warning(watched.MaxMessageCountThreshold(max_message_count=100)),
    add_queue_max_message_age_alarm=warning(watched.MaxMessageAgeThreshold(max_age_in_seconds=300)),
    add_dead_letter_queue_max_size_alarm=warning(watched.MaxMessageCountThreshold(max_message_count=0)),
)
key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
facade.monitor_dynamo_table(
    table=dynamodb.Table(stack, "Table", partition_key=key),
    add_system_error_count_alarm=warning(watched.ErrorCountThreshold(max_error_count=1)),
    add_read_throttled_events_count_alarm=warning(watched.ThrottledEventsThreshold(max_throttled_events_threshold=0)),
)
facade.monitor_lambda_function(
    lambda_function=functions.Function(
        stack,
        "Handler",
        code=functions.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=functions.Runtime.PYTHON_3_13,
        timeout=cdk.Duration.seconds(30),
    ),
    add_latency_p90_alarm=warning(watched.LatencyThreshold(max_latency=cdk.Duration.seconds(10))),
    add_fault_rate_alarm=warning(watched.ErrorRateThreshold(max_error_rate=0.05)),
    add_throttles_count_alarm=warning(watched.ErrorCountThreshold(max_error_count=5)),
    add_min_invocations_count_alarm=warning(watched.MinUsageCountThreshold(min_count=1)),
)
vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
image = patterns.ApplicationLoadBalancedTaskImageOptions(image=ecs.ContainerImage.from_registry("nginx"))
facade.monitor_fargate_service(
    fargate_service=patterns.ApplicationLoadBalancedFargateService(
        stack, "Web", vpc=vpc, task_image_options=image, assign_public_ip=True
    ),
    add_cpu_usage_alarm=warning(watched.UsageThreshold(max_usage_percent=80)),
    add_running_task_count_alarm=warning(watched.RunningTaskCountThreshold(max_running_tasks=10)),
    add_unhealthy_task_count_alarm=warning(watched.UnhealthyTaskCountThreshold(max_unhealthy_tasks=1)),
    add_min_processed_bytes_alarm=warning(watched.MinProcessedBytesThreshold(min_processed_bytes=1)),
)
group = autoscaling.AutoScalingGroup(
    stack,
    "Group",
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
    instance_type=ec2.InstanceType("g6e.xlarge"),
    machine_image=ec2.MachineImage.latest_amazon_linux2023(),
)
facade.monitor_ec2_instances(auto_scaling_group=group, alarm_friendly_name="Group", human_readable_name="Group")
facade.monitor_auto_scaling_group(auto_scaling_group=group)
facade.monitor_step_function(
    state_machine=steps.StateMachine(
        stack, "Flow", definition_body=steps.DefinitionBody.from_chainable(steps.Pass(stack, "Pass"))
    ),
    add_failed_execution_count_alarm=warning(watched.ErrorCountThreshold(max_error_count=1)),
)
images = facade.create_metric_factory().create_metric(
    "ImagesGenerated", watched.MetricStatistic.SUM, namespace="Shop", dimensions_map={"Service": "images"}
)
search = watched.CustomMetricSearch(search_query="Images", dimensions_map={}, statistic=watched.MetricStatistic.SUM)
facade.monitor_custom(
    alarm_friendly_name="Images",
    human_readable_name="Images",
    metric_groups=[watched.CustomMetricGroup(title="Images", metrics=[images, search])],
)
facade.monitor_log(
    log_group_name="/shop/web", pattern="ERROR", title="Errors", alarm_friendly_name="Log", human_readable_name="Log"
)
facade.monitor_billing(alarm_friendly_name="Bill", human_readable_name="Bill")
app.synth()
