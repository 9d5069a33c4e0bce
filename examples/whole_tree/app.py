"""An app of several fleets that nobody lists: one Aspect monitors every group of GPU instances that it finds.

pip install 'diffusionwatch[cdk]'
cdk synth
"""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from diffusionwatch_cdk import MonitorFleets, load_environment

HERE = Path(__file__).parent


class Studio(cdk.Stack):
    """Posters on two groups of instances, upscaling on a cluster, and a group of CPUs beside them."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "Studio", env=cdk.Environment(account="111122223333", region="us-east-1"))
        self.vpc = ec2.Vpc(self, "Vpc", nat_gateways=0, max_azs=2)
        self.jobs = sqs.Queue(self, "Jobs")
        self.group("Posters", "g6e.xlarge")
        self.group("WebServers", "m7i.large")  # no GPU: left alone
        cdk.Tags.of(self.group("Playground", "g6.xlarge")).add("diffusionwatch:monitor", "off")
        upscaler = eks.CfnNodegroup(
            self,
            "Upscaler",
            cluster_name="studio",
            node_role="arn:aws:iam::111122223333:role/nodes",
            subnets=[subnet.subnet_id for subnet in self.vpc.public_subnets],
            instance_types=["g6e.2xlarge"],
        )
        cdk.Tags.of(upscaler).add("diffusionwatch:workload", "serving/upscaler")

    def group(self, name: str, instance_type: str) -> autoscaling.AutoScalingGroup:
        return autoscaling.AutoScalingGroup(
            self,
            name,
            vpc=self.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            instance_type=ec2.InstanceType(instance_type),
            machine_image=ec2.MachineImage.latest_amazon_linux2023(),
        )


if __name__ == "__main__":
    app = cdk.App()
    studio = Studio(app)
    settings = load_environment("prod", HERE / "monitoring")
    MonitorFleets(settings=settings, queues={"posters": studio.jobs}).over(app)
    app.synth()
