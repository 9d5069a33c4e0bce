"""Group metrics of an Auto Scaling group: off in AWS until asked for, and read by several alarms."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk


def ask_for_group_metrics(group: Any) -> None:
    """Turns them on for a group that this app makes (level 1, or level 2 around it) and that has none of its own.

    An imported group cannot be changed: the alarm ``asg-metrics-silent`` tells.
    """
    made = group if cdk.CfnResource.is_cfn_resource(group) else group.node.default_child
    if made is not None and not cdk.Stack.of(made).resolve(made.metrics_collection):
        # By name: the typed class would load CDK's module for Auto Scaling, which an imported group needs not.
        made.add_property_override("MetricsCollection", [{"Granularity": "1Minute"}])
