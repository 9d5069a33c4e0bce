"""Groups: traces that match a filter, counted once a minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cloudwatch_simulator import MetricId, MetricStore

from ..server.service import Operation, ServiceError
from .filter_expression import FilterExpressionError, compile_filter
from .tags import Tags
from .traces import TraceStore

GROUPS = 25
"""X-Ray's quota an account."""
RESERVED = "Default"


class Groups:
    """All groups, by name."""

    def __init__(self, region: str, account: str, tags: Tags) -> None:
        self._arn = f"arn:aws:xray:{region}:{account}:group"
        self._tags = tags
        self._held: dict[str, dict[str, Any]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateGroup": self._create,
            "UpdateGroup": self._update,
            "DeleteGroup": self._delete,
            "GetGroup": lambda params: {"Group": self._find(params)},
            "GetGroups": lambda params: {"Groups": list(self._held.values())},
        }

    def count(self, traces: TraceStore, store: MetricStore, start: float, end: float) -> None:
        """Puts ``ApproximateTraceCount`` of each group for traces that began in ``[start, end)``."""
        found = traces.between(start, end)
        for name, group in self._held.items():
            matches = compile_filter(group["FilterExpression"])
            count = sum(matches(trace) for trace in found)
            metric = MetricId("AWS/X-Ray", "ApproximateTraceCount", (("GroupName", name),))
            store.put(metric, start, [count], unit="None")

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        name = params["GroupName"]
        if name in self._held or name == RESERVED or len(self._held) >= GROUPS:
            raise ServiceError("InvalidRequestException", f"Group {name}: exists, is reserved, or is one over {GROUPS}")
        if not 1 <= len(name) <= 32:
            raise ServiceError("InvalidRequestException", f"A group's name has 1 to 32 characters: {name}")
        group = {
            "GroupName": name,
            "GroupARN": f"{self._arn}/{name}/{uuid4().hex[:26].upper()}",
            "FilterExpression": _checked(params.get("FilterExpression", "")),
            "InsightsConfiguration": params.get("InsightsConfiguration", {"InsightsEnabled": False}),
        }
        self._held[name] = group
        self._tags.add(group["GroupARN"], params.get("Tags", []))
        return {"Group": group}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        group = self._find(params)
        if "FilterExpression" in params:
            group["FilterExpression"] = _checked(params["FilterExpression"])
        if "InsightsConfiguration" in params:
            group["InsightsConfiguration"] = params["InsightsConfiguration"]
        return {"Group": group}

    def _delete(self, params: dict[str, Any]) -> None:
        group = self._find(params)
        del self._held[group["GroupName"]]
        self._tags.forget(group["GroupARN"])

    def _find(self, params: Mapping[str, Any]) -> dict[str, Any]:
        for group in self._held.values():
            if params.get("GroupName") == group["GroupName"] or params.get("GroupARN") == group["GroupARN"]:
                return group
        asked = params.get("GroupName") or params.get("GroupARN")
        raise ServiceError("InvalidRequestException", f"Group not found: {asked}")


def _checked(expression: str) -> str:
    try:
        compile_filter(expression)
    except FilterExpressionError as error:
        raise ServiceError("InvalidRequestException", f"FilterExpression: {error}") from None
    return expression
