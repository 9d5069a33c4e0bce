"""The CloudWatch agent on EKS: the add-on, and the role that it gets by Pod Identity."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from diffusionwatch_agent import EksCluster, addon_properties, pod_role_statements
from diffusionwatch_agent.roles import POD_TRUST

from .acknowledge import acknowledge, wildcards
from .names import logical_id, partition
from .settings import EnvironmentSettings


class EksAgent(Construct):
    """The add-on ``amazon-cloudwatch-observability`` of one cluster, configured for the services that run there."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        cluster: str,
        services: Iterable[str],
        settings: EnvironmentSettings,
    ) -> None:
        super().__init__(scope, id)
        statements = pod_role_statements(
            cluster,
            [(settings.name, service) for service in services],
            account=settings.account,
            region=settings.region,
            partition=partition(settings.region),
        )
        role = iam.CfnRole(
            self,
            "Role",
            description=f"CloudWatch agent on EKS cluster {cluster}",
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [POD_TRUST]},
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="agent",
                    policy_document={"Version": "2012-10-17", "Statement": statements},
                )
            ],
        )
        for resource in wildcards(statements):
            acknowledge(role, f"IAM5[Resource::{resource}]", "Its reason stands in diffusionwatch_agent.roles.")
        addon = cdk.CfnResource(
            self,
            "Addon",
            type="AWS::EKS::Addon",
            properties=addon_properties(EksCluster(cluster, settings.region), role.attr_arn),
        )
        if not cdk.Token.is_unresolved(cluster):
            addon.override_logical_id(logical_id(cluster, "cloudwatch-addon"))
