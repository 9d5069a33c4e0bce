"""AWS/AutoScaling: what a group wants and has, for groups whose metrics are enabled.

Source: "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling" (EC2 Auto Scaling user guide).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .reading import Reading

NAMESPACE = "AWS/AutoScaling"
_IN_STATE = {
    "GroupInServiceInstances": "InService",
    "GroupPendingInstances": "Pending",
    "GroupStandbyInstances": "Standby",
    "GroupTerminatingInstances": "Terminating",
}
METRICS = ("GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupTotalInstances", *_IN_STATE)
"""Those that are enabled when none is named, warm pools apart."""


def group_readings(autoscaling: Any) -> Iterator[Reading]:
    """The enabled metrics of all groups now, asked of a boto3 client."""
    for page in autoscaling.get_paginator("describe_auto_scaling_groups").paginate():
        for group in page["AutoScalingGroups"]:
            values = _values(group)
            for enabled in group.get("EnabledMetrics", []):
                name = enabled["Metric"]
                if name in values:
                    dimensions = {"AutoScalingGroupName": group["AutoScalingGroupName"]}
                    yield Reading(NAMESPACE, name, dimensions, values[name], "None")


def _values(group: Mapping[str, Any]) -> dict[str, float]:
    states = [instance["LifecycleState"].split(":")[0] for instance in group["Instances"]]
    return {
        "GroupMinSize": group["MinSize"],
        "GroupMaxSize": group["MaxSize"],
        "GroupDesiredCapacity": group["DesiredCapacity"],
        "GroupTotalInstances": len(states),
        **{name: states.count(state) for name, state in _IN_STATE.items()},
    }
