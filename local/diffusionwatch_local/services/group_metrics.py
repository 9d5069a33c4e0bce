"""Auto Scaling: which of a group's metrics are collected. moto forgets that naming none means all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend

from ..server.service import Operation, ServiceError

ALL = (
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
    "GroupInServiceCapacity",
    "GroupPendingCapacity",
    "GroupStandbyCapacity",
    "GroupTerminatingCapacity",
    "GroupTotalCapacity",
    "WarmPoolDesiredCapacity",
    "WarmPoolWarmedCapacity",
    "WarmPoolPendingCapacity",
    "WarmPoolTerminatingCapacity",
    "WarmPoolTotalCapacity",
    "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
)
"""Source: "EnableMetricsCollection", Amazon EC2 Auto Scaling API reference."""


class GroupMetricsService:
    """Switches the collection of group metrics on and off."""

    name = "autoscaling"

    def __init__(self, region: str, account: str) -> None:
        self._region, self._account = region, account

    def operations(self) -> Mapping[str, Operation]:
        return {"EnableMetricsCollection": self._enable, "DisableMetricsCollection": self._disable}

    def _enable(self, params: dict[str, Any]) -> dict[str, Any]:
        group = self._group(params)
        group.metrics = list(dict.fromkeys([*group.metrics, *(params.get("Metrics") or ALL)]))
        return {}

    def _disable(self, params: dict[str, Any]) -> dict[str, Any]:
        group = self._group(params)
        off = params.get("Metrics") or ALL
        group.metrics = [metric for metric in group.metrics if metric not in off]
        return {}

    def _group(self, params: dict[str, Any]) -> Any:
        groups = get_backend("autoscaling")[self._account][self._region].autoscaling_groups
        name = params["AutoScalingGroupName"]
        if name not in groups:
            raise ServiceError(
                "ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
            )
        return groups[name]
