"""Findings of cdk-nag that stay, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct


def acknowledge(construct: Construct, finding: str, reason: str) -> None:
    """Keeps a finding of AwsSolutions, such as ``IAM5[Resource::*]``, from failing the synth of who runs cdk-nag."""
    cdk.Validations.of(construct).acknowledge(
        cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{finding}", reason=reason)
    )


def wildcards(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """The resources with a wildcard in some IAM statements.

    >>> wildcards([{"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b/*"]}, {"Resource": "*"}])
    ['*', 'arn:aws:s3:::b/*']
    """
    found: set[str] = set()
    for statement in statements:
        resources = statement["Resource"]
        found.update(one for one in ([resources] if isinstance(resources, str) else resources) if "*" in one)
    return sorted(found)
