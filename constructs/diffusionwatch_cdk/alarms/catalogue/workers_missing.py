from __future__ import annotations

from ...metrics import Measure
from ...watched import WatchedFleet
from ..census import heartbeats_of_expected
from ..rule import AlarmRule


class WorkersMissing(AlarmRule):
    """100 · heartbeats / those expected of the instances in service."""

    id = "workers-missing"
    title = "Instances are in service, but their workers do not report"
    guards = "Users: the worker crashed, never started, or cannot send. A fleet at zero instances is quiet."
    first_action = "Read the worker's journal on one silent instance; replace it when the worker does not come back."
    default, unit = 80, "percent of the expected heartbeats"
    default_reason = "One of five workers gone; late heartbeats of one period alone do not reach it three times."
    comparison = "LessThanThreshold"
    period, datapoints, periods = 300, 3, 4
    missing = "missing"
    missing_reason = (
        "Without the group's size nothing can be expected: INSUFFICIENT_DATA, and asg-metrics-silent speaks."
    )
    # A quarter of an hour to boot and load, and as long again until no period from before is looked at.
    warm_up_minutes = 30

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return heartbeats_of_expected(watched, self.period)
