from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class CapacityGap(AlarmRule):
    """Desired minus in service: instances of the Auto Scaling group, on EKS ready workers of the Deployment."""

    id = "capacity-gap"
    title = "The fleet does not get what it asks for"
    guards = "Capacity: the type is sold out, a quota is reached, or what was launched fails its checks."
    first_action = (
        "Read the group's scaling activity history, on EKS the events of a pending pod: they name the reason of each "
        "failed launch."
    )
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 1, "missing"
    default_reason = "Fifteen minutes are three launches of a GPU instance; a healthy one has arrived by then."
    period, datapoints, periods = 60, 15, 15
    missing = "notBreaching"
    missing_reason = "asg-metrics-silent, on EKS agent-silent, speaks for a fleet that says nothing."

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        if watched.fleet.eks_cluster:
            desired = watched.workload("replicas_desired", "Maximum", self.period)
            in_service = watched.workload("replicas_ready", "Maximum", self.period)
        else:
            desired = watched.group("GroupDesiredCapacity", "Maximum", self.period)
            in_service = watched.group("GroupInServiceInstances", "Maximum", self.period)
        return measure("desired - in_service", label="Missing", desired=desired, in_service=in_service)
