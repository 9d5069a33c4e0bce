"""Where monitoring may stand: settings are for one account and Region, and a service stands once in a stack."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct, IConstruct

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


def once(scope: IConstruct, service: str) -> None:
    """Raises ValueError where the stack monitors that service already: logical ids are made of its name alone."""
    stack, mark = cdk.Stack.of(scope), f"monitors-{service}"
    if stack.node.try_find_child(mark) is not None:
        raise ValueError(
            f"stack {stack.stack_name} monitors {service} already; a part of it stands instead of the whole, another "
            "environment of it in a stack of its own"
        )
    Construct(stack, mark)
