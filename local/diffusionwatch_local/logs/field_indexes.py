"""Field indexes of log groups: kept and answered. Queries find the same without them; in AWS they read less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from diffusionwatch.clock import Clock

from ..server.service import Operation, ServiceError

FIELDS = 20
"""Of one policy ("Create field indexes to improve query performance and reduce costs", CloudWatch Logs user guide)."""


class FieldIndexes:
    """One policy a log group, by the group's name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._policies: dict[str, dict[str, Any]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "PutIndexPolicy": self._put,
            "DescribeIndexPolicies": self._describe,
            "DeleteIndexPolicy": self._delete,
        }

    def _put(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            fields = json.loads(params["policyDocument"]).get("Fields")
        except (ValueError, AttributeError):
            fields = None
        if not isinstance(fields, list) or not 1 <= len(fields) <= FIELDS:
            raise ServiceError("InvalidParameterException", f"policyDocument has Fields, a list of 1 to {FIELDS} names")
        group = _name(params["logGroupIdentifier"])
        self._policies[group] = {
            "logGroupIdentifier": group,
            "lastUpdateTime": int(self._clock.time() * 1000),
            "policyDocument": params["policyDocument"],
            "source": "LOG_GROUP",
        }
        return {"indexPolicy": self._policies[group]}

    def _describe(self, params: dict[str, Any]) -> dict[str, Any]:
        asked = [_name(one) for one in params["logGroupIdentifiers"]]
        return {"indexPolicies": [self._policies[one] for one in asked if one in self._policies]}

    def _delete(self, params: dict[str, Any]) -> dict[str, Any]:
        self._policies.pop(_name(params["logGroupIdentifier"]), None)
        return {}


def _name(identifier: str) -> str:
    """A group's name, of its name or its ARN."""
    return identifier.split(":log-group:", 1)[-1].removesuffix(":*")
