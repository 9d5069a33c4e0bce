"""EventBridge rules that only count: their TriggeredRules metric is what alarms and dashboards look at.

That a rule without targets counts too is not written in AWS's documentation; ``diffusionwatch doctor`` looks.
"""

from __future__ import annotations

from typing import Any

from constructs import Construct

from diffusionwatch_agent import document_name

from .names import event_rule, logical_id
from .resource import resource
from .watched import WatchedFleet


class FleetEvents(Construct):
    """Deploys, failed launches and agent installations of the group, and Spot interruptions of the Region.

    The event of an interruption names no group.
    """

    def __init__(self, scope: Construct, id: str, *, watched: WatchedFleet) -> None:  # noqa: A002
        super().__init__(scope, id)
        environment, fleet = watched.environment.name, watched.fleet
        for what, pattern in _patterns(watched).items():
            properties = {
                "Name": event_rule(environment, fleet.service, what),
                "Description": f"Counts {what.replace('-', ' ')}",
                "EventPattern": pattern,
                "State": "ENABLED",
            }
            resource(self, what, "Events::Rule", properties, logical=logical_id(fleet.service, what, "rule"))


def _patterns(watched: WatchedFleet) -> dict[str, dict[str, Any]]:
    group = watched.fleet.auto_scaling_group
    if group is None:
        return {}
    patterns: dict[str, dict[str, Any]] = {
        "launch-failures": {
            "source": ["aws.autoscaling"],
            "detail-type": ["EC2 Instance Launch Unsuccessful"],
            "detail": {"AutoScalingGroupName": [group]},
        },
        "deploys": {
            "source": ["aws.autoscaling"],
            "detail-type": ["EC2 Auto Scaling Instance Refresh Started"],
            "detail": {"AutoScalingGroupName": [group]},
        },
        "spot-interruptions": {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
    }
    if watched.fleet.install_agent:
        document = document_name(watched.environment.name, watched.fleet.service)
        patterns["agent-not-installed"] = {
            "source": ["aws.ssm"],
            "detail-type": ["EC2 State Manager Instance Association State Change"],
            "detail": {"document-name": [document], "status": ["Failed"]},
        }
    return patterns
