"""What a function may be told: Lambda holds 4 KB of variables (Lambda quotas). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .settings import SettingsError

ROOM = 4096
"""Bytes of all variables of a function together."""


def fitting(variables: Mapping[str, str], what: str) -> Mapping[str, str]:
    """The variables as they are; raises SettingsError, which names ``what``, when Lambda would refuse them.

    Lambda measures the JSON object of their names and values, which its refusal quotes ("String measured"): a quote
    within a value takes two.

    >>> fitting({"DIFFUSIONWATCH_ENVIRONMENT": "prod"}, "digest")
    {'DIFFUSIONWATCH_ENVIRONMENT': 'prod'}
    """
    size = len(json.dumps(variables, separators=(",", ":")).encode())
    if size > ROOM:
        raise SettingsError(
            f"{what}: what its function is told takes {size:,} bytes of the {ROOM:,} that Lambda holds: shorten names "
            "and tags, or spread the services over several environments"
        )
    return variables
