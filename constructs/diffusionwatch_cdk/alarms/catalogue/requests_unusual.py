from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..band import BELOW, BandRule
from ..rule import AlarmRule


def completed(watched: WatchedFleet, period: int) -> Measure:
    """Requests completed by a fleet that has instances: none is 0, and a fleet of none is no figure."""
    if watched.fleet.eks_cluster:
        there = watched.gpus_held("Maximum", period)
    else:
        there = watched.group("GroupInServiceInstances", "Maximum", period)
    return measure(
        "IF(there >= 1, FILL(completed, 0))",
        label="Requests completed",
        completed=watched.worker("RequestsCompleted", "Sum", period),
        there=there,
    )


class RequestsLow(AlarmRule):
    """Requests completed, against those of the quietest hour."""

    id = "requests-low"
    title = "Fewer requests are completed than at the quietest hour"
    guards = "Users who do not come any more: a broken front lets nobody in, and all behind it looks healthy."
    first_action = "Ask for an image as a user would; then look at the front, its certificate and its name."
    default, unit = 1, "times the requests of the quietest hour"
    default_reason = "Below the least there ever is, in three of four periods: chance does not empty fifteen minutes."
    comparison = "LessThanThreshold"
    period, datapoints, periods = 300, 3, 4
    missing = "notBreaching"
    missing_reason = "A fleet scaled to zero completes nothing; without the group's size asg-metrics-silent speaks."

    def applies(self, watched: WatchedFleet) -> bool:
        return watched.settings.bands.requests is not None

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return completed(watched, self.period)

    def limit(self, watched: WatchedFleet, threshold: float) -> float:
        requests = watched.settings.bands.requests
        assert requests
        return threshold * requests.least


class RequestsUnusual(BandRule):
    """Requests completed, against what is usual at this hour of this weekday."""

    id = "requests-unusual"
    twin = RequestsLow.id
    title = "Fewer requests are completed than is usual at this hour"
    guards = "Users who do not come any more, at a busy hour, of whom half may stay away above any constant."
    first_action = "Ask for an image as a user would; compare with the same hour of last week: a holiday is no fault."
    comparison, side, unit = BELOW, "more than", "standard deviations below the band's middle"
    datapoints, periods = 3, 4
    missing = "notBreaching"
    missing_reason = "A fleet scaled to zero completes nothing; its size decides whether there is a figure."

    def wanted(self, watched: WatchedFleet) -> bool:
        return watched.settings.bands.requests is not None

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return completed(watched, self.period)
