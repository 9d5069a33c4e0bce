"""Opens a deployed environment: its settings, and clients for its account, in AWS or embedded (AWS_ENDPOINT_URL)."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from diffusionwatch_cdk.operations import Deployment

BAD_INPUT, FINDINGS = 2, 1


def open_deployment(environment: str, folder: Path) -> Deployment:
    """The environment of ``folder``'s file of that name. Ends the command when it, or its account, is not there."""
    import boto3

    from diffusionwatch.clock import clock_from_env
    from diffusionwatch_cdk.operations import Deployment
    from diffusionwatch_cdk.settings import SettingsError, load_environment

    try:
        settings = load_environment(environment, folder)
        now = clock_from_env().time()
    except (SettingsError, ValueError) as error:
        refuse(str(error))

    @cache
    def client(service: str) -> Any:
        return boto3.client(service, region_name=settings.region)  # type: ignore[call-overload]

    with reachable():
        account = client("sts").get_caller_identity()["Account"]
    if account != settings.account:
        refuse(
            f"these credentials are of account {account}; {environment} is in {settings.account}: choose AWS_PROFILE"
        )
    return Deployment(settings, client, now)


@contextlib.contextmanager
def reachable() -> Iterator[None]:
    """What AWS itself refuses, or a network that is not there, becomes one line."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        refuse(f"AWS does not answer: {error}")


@contextlib.contextmanager
def busy(what: str) -> Iterator[None]:
    """Shows a person at a terminal that something goes on."""
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def refuse(message: str) -> NoReturn:
    print(f"diffusionwatch: {' '.join(message.split())}", file=sys.stderr)
    raise typer.Exit(BAD_INPUT)
