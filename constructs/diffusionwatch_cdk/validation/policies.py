"""Whether a policy lets a service of AWS's do something: only what it allows, conditions left aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any


def allows(policy: Any, service: str, action: str) -> bool:
    """Whether a statement allows ``action`` to ``service``, or to anybody.

    >>> statement = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    >>> allows({"Statement": [statement]}, "cloudwatch.amazonaws.com", "sns:Publish")
    True
    """
    return any(
        statement.get("Effect") == "Allow"
        and _names(statement.get("Principal"), service)
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _texts(statement.get("Action")))
        for statement in _statements(policy)
    )


def _statements(policy: Any) -> Iterator[Mapping[str, Any]]:
    found = policy.get("Statement") if isinstance(policy, Mapping) else None
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, Mapping):
            yield statement


def _names(principal: Any, service: str) -> bool:
    if not isinstance(principal, Mapping):
        return bool(principal == "*")
    return service in _texts(principal.get("Service")) or "*" in _texts(principal.get("AWS"))


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
