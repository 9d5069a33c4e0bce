"""The CloudWatch agent's configuration where the nodes read it: an SSM parameter a service."""

from __future__ import annotations

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from diffusionwatch_agent import GpuNodes, ec2_configuration, parameter_name, render

from .fleet import Fleet
from .names import logical_id
from .settings import EnvironmentSettings

STANDARD_TIER_LIMIT = 4096
"""Characters of a standard parameter; an advanced one holds 8,192 and costs 0.05 US dollars a month."""


class AgentConfiguration(Construct):
    """The agent's JSON for the nodes of one fleet on EC2, as parameter ``AmazonCloudWatch-diffusionwatch-…``."""

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        text = render(
            ec2_configuration(
                GpuNodes(
                    environment=settings.name,
                    service=fleet.service,
                    instance_type=fleet.instance_type or "g6e.xlarge",  # the configuration is the same for all
                    retention_days=settings.retention_days,
                )
            )
        )
        parameter = ssm.CfnParameter(
            self,
            "Parameter",
            name=parameter_name(settings.name, fleet.service),
            type="String",
            tier="Standard" if len(text) <= STANDARD_TIER_LIMIT else "Advanced",
            description=f"CloudWatch agent on the GPU nodes of {fleet.service}",
            value=text,
        )
        parameter.override_logical_id(logical_id(fleet.service, "agent-configuration"))
