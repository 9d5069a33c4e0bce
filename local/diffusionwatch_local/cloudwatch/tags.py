"""Tags of alarms, dashboards and mute rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..server.service import Operation, ServiceError


class Tags:
    """By ARN.

    Args:
        exists: whether there is a thing of that ARN.
    """

    def __init__(self, exists: Callable[[str], bool]) -> None:
        self._exists = exists
        self._tags: dict[str, dict[str, str]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list,
        }

    def add(self, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
        held = {tag["Key"]: tag.get("Value", "") for tag in tags}
        if held:
            self._tags.setdefault(arn, {}).update(held)

    def forget(self, arn: str) -> None:
        self._tags.pop(arn, None)

    def dump(self) -> dict[str, dict[str, str]]:
        return {arn: dict(tags) for arn, tags in list(self._tags.items())}

    def load(self, tags: dict[str, dict[str, str]]) -> None:
        self._tags.update(tags)

    def _tag(self, params: dict[str, Any]) -> None:
        self.add(self._known(params), params["Tags"])

    def _untag(self, params: dict[str, Any]) -> None:
        held = self._tags.get(self._known(params), {})
        for key in params["TagKeys"]:
            held.pop(key, None)

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        held = self._tags.get(self._known(params), {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in held.items()]}

    def _known(self, params: Mapping[str, Any]) -> str:
        arn: str = params["ResourceARN"]
        if not self._exists(arn):
            raise ServiceError("ResourceNotFoundException", f"There is no resource {arn}", 404)
        return arn
