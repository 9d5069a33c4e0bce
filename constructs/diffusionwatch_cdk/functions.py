"""What functions are made of: their sources, in a clone under lambda/ and in the wheel beside this package; roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from .acknowledge import acknowledge
from .names import function_log_group, function_name, log_group_arn, logical_id
from .resource import arn, policy, resource
from .settings import EnvironmentSettings

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


@dataclass(frozen=True)
class FunctionPlan:
    """What a function is. ``statements`` is its policy beside its own log; ``explained`` holds the reason of each
    resource with a wildcard in them. Seconds and megabytes."""

    package: str
    description: str
    statements: Sequence[Mapping[str, Any]]
    explained: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout: int = 60
    memory: int = 256
    concurrency: int = 1


def function(
    scope: Construct,
    name: str,
    plan: FunctionPlan,
    settings: EnvironmentSettings,
    *,
    dead_letters: str = "",
    after: Iterable[cdk.CfnResource] = (),
) -> cdk.CfnResource:
    """The function ``diffusionwatch-<environment>-<name>``, its code and its role; of a logical id of its own.

    ``dead_letters`` is the logical id of the queue for what it failed at, where it is called without anybody waiting.
    """
    full, role = function_name(settings.name, name), logical_id(name, "role")
    log_group = function_log_group(settings.name, name)
    streams = log_group_arn(log_group, account=settings.account, region=settings.region)
    own_log = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": streams}
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    statements = policy(own_log, *plan.statements)
    allowed = {
        "Description": f"{full}: {plan.description}"[:1000],
        "AssumeRolePolicyDocument": policy(trust),
        "Policies": [{"PolicyName": plan.package.replace("_", "-"), "PolicyDocument": statements}],
    }
    made = resource(scope, "Role", "IAM::Role", allowed, logical=role)
    for wildcard, reason in {**plan.explained, streams: "The streams of the function's own log group."}.items():
        acknowledge(made, f"IAM5[Resource::{wildcard}]", reason)
    properties = {
        "FunctionName": full,
        "Description": plan.description,
        "Runtime": "python3.14",
        "Architectures": ["arm64"],
        "Handler": f"{plan.package}.handler.handler",
        "Code": function_code(scope, plan.package),
        "Role": arn(role),
        "LoggingConfig": {"LogGroup": log_group},
        "Timeout": plan.timeout,
        "MemorySize": plan.memory,
        "ReservedConcurrentExecutions": plan.concurrency,
        "DeadLetterConfig": {"TargetArn": arn(dead_letters)} if dead_letters else None,
        "Environment": {"Variables": dict(plan.variables)} if plan.variables else None,
    }
    return resource(scope, "Function", "Lambda::Function", properties, logical=logical_id(name), after=after)


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
