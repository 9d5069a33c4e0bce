from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import Condition, Need


class GpuIdleNoWork(Condition):
    """i >= 1 AND v < 1 AND u < 5: instances are paid for, and there is nothing to do."""

    id = "gpu-idle-no-work"
    title = "GPUs are paid for and idle: the queue is empty"
    guards = "Money: the fleet did not scale in. A fleet at zero instances is quiet."
    first_action = "Scale in: check the group's minimum size, its schedules and its scale-in protection."
    default, unit, side = 5, "percent utilisation of the busiest GPU", "below"
    default_reason = "A loaded GPU that waits shows 0 to 2 %, one that samples shows above 80 %."
    period, datapoints, periods = 300, 6, 6
    missing = "missing"
    missing_reason = "Without GPU figures nothing can be said: INSUFFICIENT_DATA, and agent-silent speaks."
    warm_up_minutes = 30
    needs = (Need.QUEUE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return idle_without_work(watched, threshold, self.period)


def idle_without_work(watched: WatchedFleet, threshold: float, period: int) -> Measure:
    """1 where GPUs report, none of them works, and nothing waits."""
    idle = f"(waiting < 1) AND (busiest < {threshold:g})"
    metrics = {
        "samples": watched.gpu("utilization", "SampleCount", period),
        "busiest": watched.gpu("utilization", "Maximum", period),
        "waiting": watched.queue("ApproximateNumberOfMessagesVisible", "Maximum", period),
    }
    # Where no GPU reported, the outer IF has no else and drops the point: a missing figure would count as 0 percent.
    expression = f"IF(samples > 0, IF({idle}, 1, 0))"
    if watched.fleet.auto_scaling_group:
        # A fleet of none is a point, and no idle one: were it dropped, CloudWatch would look back to when it idled.
        expression = f"IF(instances < 1, 0, {expression})"
        metrics["instances"] = watched.group("GroupInServiceInstances", "Minimum", period)
    return measure(expression, label="GPUs idle without work", **metrics)
