"""The CloudWatch agent's configuration where the nodes read it, and, where asked for, the agent itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import aws_cdk as cdk
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
from .resource import policy, resource
from .settings import EnvironmentSettings
from .watched import WatchedFleet

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam


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
        properties = {
            "Name": parameter_name(settings.name, fleet.service),
            "Type": "String",
            "Tier": parameter_tier(nodes),
            "Description": f"CloudWatch agent on the GPU nodes of {fleet.service}",
            "Value": parameter_value(nodes),
        }
        logical = logical_id(fleet.service, "agent-configuration")
        parameter = resource(self, "Parameter", "SSM::Parameter", properties, logical=logical)
        self._for_roles = self._policy(nodes, settings)
        if fleet.install_agent and fleet.auto_scaling_group:
            self._install(nodes, fleet.auto_scaling_group, parameter)

    @cached_property
    def policy(self) -> iam.IManagedPolicy:
        from aws_cdk import aws_iam as iam  # only who asks for it waits for its module

        return iam.ManagedPolicy.from_managed_policy_arn(self, "ForRoles", self._for_roles.ref)

    def _policy(self, nodes: GpuNodes, settings: EnvironmentSettings) -> cdk.CfnResource:
        statements = instance_role_statements(
            nodes, account=settings.account, region=settings.region, partition=partition(settings.region)
        )
        properties = {
            "ManagedPolicyName": f"{document_name(nodes.environment, nodes.service)}-{settings.region}",
            "Description": f"CloudWatch agent on the GPU nodes of {nodes.service}: for their role",
            "PolicyDocument": policy(*statements),
        }
        logical = logical_id(nodes.service, "agent-policy")
        made = resource(self, "Policy", "IAM::ManagedPolicy", properties, logical=logical)
        for wildcard in wildcards(statements):
            acknowledge(made, f"IAM5[Resource::{wildcard}]", "Its reason stands in diffusionwatch_agent.roles.")
        return made

    def _install(self, nodes: GpuNodes, group: str, parameter: cdk.CfnResource) -> None:
        properties = {
            "Name": document_name(nodes.environment, nodes.service),
            "DocumentType": "Command",
            "Content": document_content(nodes),
            "UpdateMethod": "NewVersion",
        }
        logical = logical_id(nodes.service, "agent-document")
        document = resource(self, "Document", "SSM::Document", properties, logical=logical)
        resource(
            self,
            "Association",
            "SSM::Association",
            association_properties(nodes, group),
            logical=logical_id(nodes.service, "agent-association"),
            after=[document, parameter],
        )
