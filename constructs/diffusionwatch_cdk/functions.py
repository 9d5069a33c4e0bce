"""Where the functions' sources are: in a clone under lambda/, in the wheel beside this package."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

HERE = Path(__file__).parent


def function_code(function: str) -> lambda_.Code:
    """One function's package as a bundle, without docker: the functions need nothing that the runtime lacks."""
    return lambda_.Code.from_asset(
        str(_home()),
        exclude=["*", f"!{function}", f"!{function}/**", "**/__pycache__"],
        ignore_mode=cdk.IgnoreMode.GIT,
    )


def _home() -> Path:
    bundled, clone = HERE / "_functions", HERE.parent.parent / "lambda"
    return bundled if bundled.is_dir() else clone
