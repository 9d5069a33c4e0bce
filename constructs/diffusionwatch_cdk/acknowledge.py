"""Findings of cdk-nag that stay, each with its reason."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct


def acknowledge(construct: Construct, finding: str, reason: str) -> None:
    """Keeps a finding of AwsSolutions, such as ``IAM5[Resource::*]``, from failing the synth of who runs cdk-nag."""
    cdk.Validations.of(construct).acknowledge(
        cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{finding}", reason=reason)
    )
