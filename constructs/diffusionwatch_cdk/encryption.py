"""The environment's key: topics and log groups are encrypted with it."""

from __future__ import annotations

from typing import Any, Protocol

from constructs import Construct

from .names import dns_suffix, key_alias, partition
from .resource import arn, keep, policy, resource
from .settings import EnvironmentSettings

PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com")
"""Services that publish to an encrypted topic: the AWS-managed key would refuse them, and nobody would be told."""
OF_ANOMALIES = "costalerts.amazonaws.com"
"""AWS Cost Anomaly Detection, where the settings ask for it."""


def publishers(settings: EnvironmentSettings) -> list[str]:
    """The services that may publish to the topics of an environment, and use their key for it."""
    return sorted((*PUBLISHERS, OF_ANOMALIES) if settings.budget.anomalies else PUBLISHERS)


class Key(Protocol):
    """A key to encrypt with: ours, or an ``aws_kms.IKey`` whose policy lets the same services use it."""

    @property
    def key_arn(self) -> Any: ...


class EncryptionKey(Construct):
    """A customer-managed key that alarms, budgets, rules and CloudWatch Logs of this account may use."""

    def __init__(self, scope: Construct, id: str, *, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        properties = {
            "Description": f"diffusionwatch {settings.name}: topics and logs",
            "EnableKeyRotation": True,
            "KeyPolicy": policy(*_statements(settings)),
        }
        keep(resource(self, "Resource", "KMS::Key", properties, logical="Key"), settings.keep_data)
        alias = {"AliasName": key_alias(settings.name), "TargetKeyId": self.key_arn}
        resource(Construct(self, "Alias"), "Resource", "KMS::Alias", alias)

    @property
    def key_arn(self) -> dict[str, Any]:
        """To be put into a resource of the same stack."""
        return arn("Key")


def _statements(settings: EnvironmentSettings) -> list[dict[str, Any]]:
    where = f"{settings.region}:{settings.account}"
    own = partition(settings.region)
    allow = {"Effect": "Allow", "Resource": "*"}  # in a key's policy: this key
    return [
        {**allow, "Principal": {"AWS": f"arn:{own}:iam::{settings.account}:root"}, "Action": "kms:*"},
        {
            **allow,
            "Principal": {"Service": publishers(settings)},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Condition": {"StringEquals": {"aws:SourceAccount": settings.account}},
        },
        {
            **allow,
            "Principal": {"Service": f"logs.{settings.region}.{dns_suffix(settings.region)}"},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:{own}:logs:{where}:log-group:*"}},
        },
    ]
