"""Asks everything; what a service does not answer is unknown, and the next question is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from botocore.exceptions import ClientError

from .check import Check
from .deployment import Deployment
from .discovery import checks
from .finding import Finding


def examine(deployment: Deployment, asked: Iterable[Check] | None = None) -> list[Finding]:
    """All findings of all checks, or of those asked for.

    Raises botocore's own errors when AWS cannot be reached at all.
    """
    return [finding for check in (checks() if asked is None else asked) for finding in _answers(check, deployment)]


def _answers(check: Check, deployment: Deployment) -> Iterator[Finding]:
    try:
        yield from check.look(deployment)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        yield check.unknown(
            error.operation_name,
            f"{code}: {error.response['Error'].get('Message', '')}".strip(": "),
            f"Allow {error.operation_name} to whoever asks, or look in the console.",
        )
