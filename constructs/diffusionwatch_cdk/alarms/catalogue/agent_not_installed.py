from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class AgentNotInstalled(AlarmRule):
    """Runs of the SSM association that failed on an instance, counted by an EventBridge rule."""

    id = "agent-not-installed"
    title = "The CloudWatch agent could not be installed on an instance"
    guards = "Sight: a node without an agent, told before agent-silent misses it, and in a large fleet only here."
    first_action = "Read the association's history for that instance in Systems Manager; then the instance's role."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 1, "failed installations in five minutes"
    default_reason = "The association runs once on a new instance and does not try again."
    period, datapoints, periods = 300, 1, 1
    missing = "notBreaching"
    missing_reason = "The rule counts when an event matches: no figure is no failure."
    needs = (Need.INSTALLED_AGENT,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.events("agent-not-installed", "Sum", self.period))
