from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class AgentSilent(AlarmRule):
    """100 · GPU samples / those expected of the instances in service."""

    id = "agent-silent"
    title = "CloudWatch agents do not report"
    guards = "Sight: without the agent every GPU alarm is blind, and looks healthy."
    first_action = "Ask one silent node for amazon-cloudwatch-agent-ctl -a status, then read the agent's own log."
    comparison = "LessThanThreshold"
    default, unit = 80, "percent of the expected GPU samples"
    default_reason = "One of five nodes silent; late samples of one period alone do not reach it three times."
    period, datapoints, periods = 300, 3, 4
    missing = "missing"
    missing_reason = (
        "Without the group's size nothing can be expected: INSUFFICIENT_DATA, and asg-metrics-silent speaks."
    )
    # A quarter of an hour to boot, and as long again until no period from before is looked at.
    warm_up_minutes = 30
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        # Minimum: an instance that joined within the period owes no samples for all of it.
        expected = self.period // 60 * watched.fleet.gpu_devices
        return measure(
            f"IF(instances >= 1, 100 * FILL(samples, 0) / (instances * {expected}), 100)",
            label="GPU samples, percent of expected",
            samples=watched.gpu("utilization", "SampleCount", self.period),
            instances=watched.group("GroupInServiceInstances", "Minimum", self.period),
        )
