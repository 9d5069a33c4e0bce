"""The CloudWatch agent's configuration where the nodes read it, and, where asked for, the agent itself."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from diffusionwatch_agent import (
    GpuNodes,
    association_properties,
    document_content,
    document_name,
    instance_role_statements,
    parameter_name,
    parameter_value,
)
from diffusionwatch_agent.delivery import parameter_tier

from .acknowledge import acknowledge, wildcards
from .fleet import Fleet
from .names import logical_id, partition
from .settings import EnvironmentSettings
from .watched import WatchedFleet


class AgentConfiguration(Construct):
    """The agent's JSON for the nodes of one fleet on EC2, as parameter ``AmazonCloudWatch-diffusionwatch-…``.

    A fleet with ``install_agent`` gets an SSM association that installs the agent on every instance of the group and
    applies the parameter; without it, images or user data do so (``diffusionwatch agent-config ec2``).

    ``policy`` is what the instances' role needs for it, and no more: ``role.add_managed_policy(configuration.policy)``.
    An association also needs AmazonSSMManagedInstanceCore there.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleet: Fleet,
        settings: EnvironmentSettings,
    ) -> None:
        super().__init__(scope, id)
        nodes = WatchedFleet(fleet, settings).nodes
        parameter = ssm.CfnParameter(
            self,
            "Parameter",
            name=parameter_name(settings.name, fleet.service),
            type="String",
            tier=parameter_tier(nodes),
            description=f"CloudWatch agent on the GPU nodes of {fleet.service}",
            value=parameter_value(nodes),
        )
        parameter.override_logical_id(logical_id(fleet.service, "agent-configuration"))
        self.policy: iam.IManagedPolicy = self._policy(nodes, settings)
        if fleet.install_agent and fleet.auto_scaling_group:
            self._install(nodes, fleet.auto_scaling_group, parameter)

    def _policy(self, nodes: GpuNodes, settings: EnvironmentSettings) -> iam.IManagedPolicy:
        statements = instance_role_statements(
            nodes, account=settings.account, region=settings.region, partition=partition(settings.region)
        )
        policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            managed_policy_name=f"{document_name(nodes.environment, nodes.service)}-{settings.region}",
            description=f"CloudWatch agent on the GPU nodes of {nodes.service}: for their role",
            policy_document={"Version": "2012-10-17", "Statement": statements},
        )
        policy.override_logical_id(logical_id(nodes.service, "agent-policy"))
        for resource in wildcards(statements):
            acknowledge(policy, f"IAM5[Resource::{resource}]", "Its reason stands in diffusionwatch_agent.roles.")
        return iam.ManagedPolicy.from_managed_policy_arn(self, "ForRoles", policy.ref)

    def _install(self, nodes: GpuNodes, group: str, parameter: ssm.CfnParameter) -> None:
        document = ssm.CfnDocument(
            self,
            "Document",
            name=document_name(nodes.environment, nodes.service),
            document_type="Command",
            content=document_content(nodes),
            update_method="NewVersion",
        )
        document.override_logical_id(logical_id(nodes.service, "agent-document"))
        association = cdk.CfnResource(
            self, "Association", type="AWS::SSM::Association", properties=association_properties(nodes, group)
        )
        association.override_logical_id(logical_id(nodes.service, "agent-association"))
        for needed in (document, parameter):
            association.add_resource_dependency(needed)
