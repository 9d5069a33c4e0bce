from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class SpotWave(AlarmRule):
    """Spot interruptions in the account, counted by an EventBridge rule, against the fleet's size."""

    id = "spot-wave"
    title = "Spot takes many instances away at once"
    guards = "Capacity in ten minutes. The event names no group: it counts every Spot instance of the Region."
    first_action = "Shift to on-demand: lower the group's Spot share until the wave is over."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 20, "percent of the instances in service, and at least two"
    default_reason = "A fifth of a fleet in five minutes is a market moving, not an instance lost."
    period, datapoints, periods = 300, 1, 1
    missing = "notBreaching"
    missing_reason = "The rule counts when an event matches: no figure is no interruption."
    severity = Severity.TICKET
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "IF(interrupted >= 2, 100 * interrupted / in_service, 0)",
            label="Interrupted, percent of in service",
            interrupted=watched.events("spot-interruptions", "Sum", self.period),
            in_service=watched.group("GroupInServiceInstances", "Maximum", self.period),
        )
