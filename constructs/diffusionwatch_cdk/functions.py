"""Where the functions' sources are: in a clone under lambda/, in the wheel beside this package."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

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


def _home() -> Path:
    bundled, clone = HERE / "_functions", HERE.parent.parent / "lambda"
    return bundled if bundled.is_dir() else clone
