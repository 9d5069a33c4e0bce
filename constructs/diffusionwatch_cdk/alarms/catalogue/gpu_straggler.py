from __future__ import annotations

from ...metrics import Measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class GpuStraggler(AlarmRule):
    """Each instance's own GPU utilisation, one series an instance; the alarm names the instance as contributor."""

    id = "gpu-straggler"
    title = "An instance's GPUs do nothing"
    guards = "Money and capacity: one instance takes no work while the others do."
    first_action = "Read the contributor's instance id from the alarm, look at its worker's journal, terminate it."
    comparison = "LessThanThreshold"
    default, unit = 5, "percent utilisation of one instance's busiest GPU"
    default_reason = (
        "A loaded GPU that waits shows 0 to 2 %. Over an hour a shared queue gives work to everybody, and when all of "
        "them idle, gpu-idle-no-work has spoken long before."
    )
    period, datapoints, periods = 300, 12, 12
    missing = "notBreaching"
    missing_reason = "An instance that is gone is no straggler; agent-silent speaks for one that is there and silent."
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        each = watched.each_gpu("utilization", self.period)
        schema = ", ".join((each.namespace, *(name for name, _ in each.dimensions)))
        return Measure(
            {},
            f"SELECT MAX({each.name}) FROM SCHEMA({schema}) "
            f"WHERE AutoScalingGroupName = '{watched.fleet.auto_scaling_group}' GROUP BY InstanceId",
            "Busiest GPU of each instance",
            period=self.period,
            mentions=(each,),
        )
