"""The services that a meter is told to price.

`DIFFUSIONWATCH_SERVICES` is a JSON object from a service's name to what differs from the defaults:

    {"image-api": {"auto_scaling_group": "image-api-prod", "instance_type": "g6e.xlarge"}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

IDLE_BELOW_PERCENT = 5.0  # a loaded GPU that waits for work shows 0 to 2 %, one that samples above 80 %


@dataclass(frozen=True)
class Service:
    """Which instances are the service's, and what is known of their price beside AWS's lists."""

    name: str
    instance_type: str
    """the type that the fleet is planned with: assumed of an instance that was gone before anybody looked at it"""
    auto_scaling_group: str | None = None
    cluster: str | None = None
    """EKS cluster; its nodes report their GPUs by another name"""
    tags: Mapping[str, str] = field(default_factory=dict)
    """EC2 tags that all of its instances carry; without them the group's instances"""
    usd_per_hour: float | None = None
    """what an instance of `instance_type` costs where that is not the list price"""
    capacity_block_usd_per_hour: float | None = None
    """what was paid for a capacity block, an instance and hour; without it such an instance has no price"""
    savings_percent: float = 0.0
    """what savings plans or an agreement take off on-demand hours"""
    overhead_percent: float = 0.0
    """storage and transfer, as a share of what the instances cost"""
    idle_below_percent: float = IDLE_BELOW_PERCENT

    @property
    def filters(self) -> list[dict[str, object]]:
        """DescribeInstances filters for the service's instances."""
        tags = dict(self.tags) or {"aws:autoscaling:groupName": self.auto_scaling_group or ""}
        found: list[dict[str, object]] = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
        if self.cluster:
            # Node groups and Karpenter alike tag their instances so; two clusters may share a node pool's name.
            found.append({"Name": "tag-key", "Values": [f"kubernetes.io/cluster/{self.cluster}"]})
        return found


def services(text: str) -> tuple[Service, ...]:
    """The services of `DIFFUSIONWATCH_SERVICES`."""
    return tuple(Service(name, **settings) for name, settings in json.loads(text).items())
