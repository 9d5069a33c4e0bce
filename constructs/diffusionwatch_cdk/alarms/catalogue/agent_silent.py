from __future__ import annotations

from ...metrics import Measure
from ...watched import WatchedFleet
from ..census import agents_of_expected
from ..rule import AlarmRule


class AgentSilent(AlarmRule):
    """100 · agents that are heard, by CPU or GPU figures / those expected of the instances in service."""

    id = "agent-silent"
    title = "CloudWatch agents do not report"
    guards = (
        "Sight: without the agent every GPU alarm is blind, and looks healthy. A node that never had one counts too."
    )
    first_action = "Ask one silent node for amazon-cloudwatch-agent-ctl -a status, then read the agent's own log."
    comparison = "LessThanThreshold"
    default, unit = 80, "percent of the expected agents"
    default_reason = "One of four nodes silent; late samples of one period alone do not reach it three times."
    period, datapoints, periods = 300, 3, 4
    missing = "missing"
    missing_reason = (
        "Without the group's size nothing can be expected: INSUFFICIENT_DATA, and asg-metrics-silent speaks."
    )
    # A quarter of an hour to boot, and as long again until no period from before is looked at.
    warm_up_minutes = 30

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return agents_of_expected(watched, self.period)
