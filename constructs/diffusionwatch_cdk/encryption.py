"""The environment's key: topics and log groups are encrypted with it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from .logical_ids import pin
from .names import key_alias, partition
from .settings import EnvironmentSettings

PUBLISHERS = ("cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.amazonaws.com")
"""Services that publish to an encrypted topic: the AWS-managed key would refuse them, and nobody would be told."""


class EncryptionKey(kms.Key):
    """A customer-managed key that alarms, budgets, rules and CloudWatch Logs of this account may use."""

    def __init__(self, scope: Construct, id: str, *, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(
            scope,
            id,
            alias=key_alias(settings.name),
            description=f"diffusionwatch {settings.name}: topics and logs",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN if settings.keep_data else cdk.RemovalPolicy.DESTROY,
        )
        pin(self, "Key")
        for publisher in PUBLISHERS:
            self.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(publisher)],
                    actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                    resources=["*"],  # in a key's policy: this key
                    conditions={"StringEquals": {"aws:SourceAccount": settings.account}},
                )
            )
        groups = f"arn:{partition(settings.region)}:logs:{settings.region}:{settings.account}:log-group:*"
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{settings.region}.amazonaws.com")],
                actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
