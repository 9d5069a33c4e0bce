"""Findings of cdk-nag that stay, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct


def acknowledge(construct: Construct, finding: str, reason: str) -> None:
    """Keeps a finding of AwsSolutions, such as ``IAM5[Resource::*]``, from failing the synth of who runs cdk-nag."""
    known = _as_written(cdk.Stack.of(construct).resolve(finding))
    cdk.Validations.of(construct).acknowledge(
        cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{known}", reason=reason)
    )


def _as_written(resolved: Any) -> str:
    """As cdk-nag writes what only the deployment knows.

    >>> _as_written({"Fn::Join": ["", ["IAM5[Resource::", {"Fn::GetAtt": ["Jobs", "Arn"]}, "/*]"]]})
    'IAM5[Resource::<Jobs.Arn>/*]'
    """
    if isinstance(resolved, str):
        return resolved
    ((function, given),) = resolved.items()
    if function == "Fn::Join":
        return "".join(_as_written(part) for part in given[1])
    return f"<{given if isinstance(given, str) else '.'.join(given)}>"


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
