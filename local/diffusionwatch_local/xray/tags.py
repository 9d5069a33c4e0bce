"""Tags of groups and sampling rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..server.service import Operation


class Tags:
    """By ARN."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, str]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "TagResource": lambda params: self.add(params["ResourceARN"], params["Tags"]),
            "UntagResource": self._untag,
            "ListTagsForResource": self._list,
        }

    def add(self, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
        self._held.setdefault(arn, {}).update({tag["Key"]: tag["Value"] for tag in tags})

    def forget(self, arn: str) -> None:
        self._held.pop(arn, None)

    def _untag(self, params: dict[str, Any]) -> None:
        for key in params["TagKeys"]:
            self._held.get(params["ResourceARN"], {}).pop(key, None)

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        held = self._held.get(params["ResourceARN"], {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in held.items()]}
