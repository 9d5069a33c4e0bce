"""How a role may use the environment's key without naming it: no stack needs another's key. Pure."""

from __future__ import annotations

from typing import Any

from .names import dns_suffix, key_alias
from .settings import EnvironmentSettings


def key_use(settings: EnvironmentSettings, *via: str) -> dict[str, Any]:
    """A policy's statement: reading and writing what is encrypted, through these services alone."""
    suffix = dns_suffix(settings.region)
    return {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": any_key(settings),
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias(settings.name)},
            "StringEquals": {"kms:ViaService": [f"{one}.{settings.region}.{suffix}" for one in via]},
        },
    }


def any_key(settings: EnvironmentSettings) -> str:
    """Any key, which the statement then narrows."""
    return settings.arn("kms", "key/*")


def any_key_explained(settings: EnvironmentSettings) -> dict[str, str]:
    """The wildcard, with its reason."""
    return {any_key(settings): "Narrowed to the environment's key by its alias, and to the services that use it."}
