"""Settings are for one account and Region; a stack may be for another."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import IConstruct

from .settings import EnvironmentSettings


def elsewhere(scope: IConstruct, settings: EnvironmentSettings) -> str | None:
    """What differs; None where nothing does, or where the stack's own place is known only when it is deployed.

    Topics, alarms and log groups are named by ARN: in another place those of the settings are not.
    """
    stack = cdk.Stack.of(scope)
    for what, said, there in (
        ("account", settings.account, stack.account),
        ("region", settings.region, stack.region),
    ):
        if not cdk.Token.is_unresolved(there) and there != said:
            return f"stack {stack.stack_name} is in {what} {there}, the settings of {settings.name} are for {said}"
    return None


def in_place(scope: IConstruct, settings: EnvironmentSettings) -> None:
    """Raises ValueError where the stack is elsewhere than the settings are for."""
    if problem := elsewhere(scope, settings):
        raise ValueError(problem)
