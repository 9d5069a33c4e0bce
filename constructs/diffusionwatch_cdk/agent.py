"""The CloudWatch agent's configuration where the nodes read it, and, where asked for, the agent itself."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from diffusionwatch_agent import (
    GpuNodes,
    association_properties,
    document_content,
    document_name,
    parameter_name,
    parameter_value,
)
from diffusionwatch_agent.delivery import parameter_tier

from .fleet import Fleet
from .names import logical_id
from .settings import EnvironmentSettings
from .watched import WatchedFleet


class AgentConfiguration(Construct):
    """The agent's JSON for the nodes of one fleet on EC2, as parameter ``AmazonCloudWatch-diffusionwatch-…``.

    A fleet with ``install_agent`` gets an SSM association that installs the agent on every instance of the group and
    applies the parameter; without it, images or user data do so (``diffusionwatch agent-config ec2``).
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
        if fleet.install_agent and fleet.auto_scaling_group:
            self._install(nodes, fleet.auto_scaling_group, parameter)

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
