"""What functions are made of: their sources, in a clone under lambda/ and in the wheel beside this package; roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from .acknowledge import acknowledge
from .resource import arn, policy, resource

HERE = Path(__file__).parent


def function_code(scope: Construct, function: str) -> dict[str, str]:
    """One function's package as the ``Code`` of an AWS::Lambda::Function.

    No docker: the functions need nothing that the runtime lacks. By CDK's core alone: its module for Lambda takes
    most of a second to load.
    """
    stack = cdk.Stack.of(scope)
    staged = cdk.AssetStaging(
        scope,
        "Code",
        source_path=str(_home()),
        exclude=["*", f"!{function}", f"!{function}/**", "**/__pycache__"],
        ignore_mode=cdk.IgnoreMode.GIT,
    )
    where = stack.synthesizer.add_file_asset(
        source_hash=staged.asset_hash,
        file_name=staged.relative_staged_path(stack),
        packaging=cdk.FileAssetPackaging.ZIP_DIRECTORY,
        display_name=function,
    )
    return {"S3Bucket": where.bucket_name, "S3Key": where.object_key}


def function_role(
    scope: Construct,
    logical: str,
    description: str,
    named: str,
    statements: Iterable[Mapping[str, Any]],
    explained: Mapping[str, str],
) -> None:
    """A function's role; ``explained`` gives the reason of each resource with a wildcard in its statements."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    properties = {
        "Description": description,
        "AssumeRolePolicyDocument": policy(trust),
        "Policies": [{"PolicyName": named, "PolicyDocument": policy(*statements)}],
    }
    role = resource(scope, "Role", "IAM::Role", properties, logical=logical)
    for wildcard, reason in explained.items():
        acknowledge(role, f"IAM5[Resource::{wildcard}]", reason)


def may_call(scope: Construct, id: str, function: str, rule: str, *, logical: str) -> None:  # noqa: A002
    """Lets an EventBridge rule call a function, both by their logical ids."""
    properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": arn(function),
        "Principal": "events.amazonaws.com",
        "SourceArn": arn(rule),
    }
    resource(scope, id, "Lambda::Permission", properties, logical=logical)


def function_source(function: str, file: str) -> str:
    """The text of one source file, for a resource that takes its code in the template."""
    return (_home() / function / file).read_text("utf-8")


def _home() -> Path:
    bundled, clone = HERE / "_functions", HERE.parent.parent / "lambda"
    return bundled if bundled.is_dir() else clone
