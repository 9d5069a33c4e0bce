"""Somebody's own CDK app: a VPC, a queue, a group of GPU instances; and what watches them, between the two marks.

pip install 'diffusionwatch[cdk]'
cdk synth
"""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from our_alarms import UnsafePrompts
from our_widgets import unsafe_prompts

from diffusionwatch_cdk import (
    AgentConfiguration,
    EncryptionKey,
    Fleet,
    FleetMonitoring,
    Notifications,
    Spend,
    WorkerLogs,
    load_environment,
)

HERE = Path(__file__).parent


class Posters(cdk.Stack):
    """Makes posters from prompts."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "Posters", env=cdk.Environment(account="111122223333", region="us-east-1"))
        lost = sqs.Queue(self, "Lost")
        jobs = sqs.Queue(self, "Jobs", dead_letter_queue=sqs.DeadLetterQueue(queue=lost, max_receive_count=3))
        workers = autoscaling.AutoScalingGroup(
            self,
            "Workers",
            vpc=ec2.Vpc(self, "Vpc", nat_gateways=0, max_azs=2),
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            instance_type=ec2.InstanceType("g6e.xlarge"),
            machine_image=ec2.MachineImage.latest_amazon_linux2023(),
            max_capacity=8,
            group_metrics=[autoscaling.GroupMetrics.all()],  # off unless asked for; several alarms read them
        )

        # ---- diffusionwatch: from here ...
        settings = load_environment("prod", HERE / "monitoring")
        fleet = Fleet.on_ec2(service="posters", auto_scaling_group=workers, queue=jobs, dead_letter_queue=lost,
                             instance_type="g6e.xlarge", planned_instances=2)  # fmt: skip
        key = EncryptionKey(self, "Key", settings=settings)
        Notifications(self, "People", settings=settings, key=key)
        WorkerLogs(self, "Logs", settings=settings, key=key, fleets=[fleet], functions=["cost-meter"])
        agent = AgentConfiguration(self, "Agent", fleet=fleet, settings=settings)
        workers.role.add_managed_policy(agent.policy)
        Spend(self, "Spend", fleets=[fleet], settings=settings, key=key)
        FleetMonitoring(self, "Monitoring", fleet=fleet, settings=settings, extra_alarms=[UnsafePrompts()],
                        extra_rows={"on-call": [unsafe_prompts]})  # fmt: skip
        # ---- ... to here


if __name__ == "__main__":
    app = cdk.App()
    Posters(app)
    app.synth()
