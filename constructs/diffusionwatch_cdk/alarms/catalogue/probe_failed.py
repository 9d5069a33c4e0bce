from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class ProbeFailed(AlarmRule):
    """SuccessPercent of the canary that asks for a tiny image (settings: probe)."""

    id = "probe-failed"
    title = "The probe does not get its tiny image"
    guards = "Users who do not come any more: no traffic looks like health, and a broken front lets none in."
    first_action = "Take the probe's request id from the canary's newest run, and reproduce its request with it."
    default, unit = 100, "percent of the probes"
    default_reason = "One request in five minutes: one that failed may be chance, two of three are not."
    comparison = "LessThanThreshold"
    period, datapoints, periods = 300, 2, 3
    missing = "breaching"
    missing_reason = "A canary that was stopped, or whose runtime has ended, probes nothing and looks like health."
    warm_up_minutes = 20  # the canary is made in the same deployment, and three periods must have its runs

    def applies(self, watched: WatchedFleet) -> bool:
        return watched.settings.probe is not None

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.probe("SuccessPercent", "Average", self.period))
