from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..band import ABOVE, BandRule
from ..rule import AlarmRule


class LatencyRegression(AlarmRule):
    """p90 of L_gen of one model, against what it was when all was well."""

    id = "latency-regression"
    title = "Generations of a model take longer than they used to"
    guards = "Users: nothing fails, all waits longer; steps may be as fast as ever, and a queue or a store is not."
    first_action = "Compare the stages on the latency dashboard with those before the last deploy."
    default, unit = 1.5, "times the model's latency"
    default_reason = "Queueing moves p90 by a fifth from hour to hour; half as long again is something else."
    period, datapoints, periods = 300, 3, 3
    missing = "notBreaching"
    missing_reason = "A model that nobody asks for takes no time."

    def applies(self, watched: WatchedFleet) -> bool:
        return watched.settings.bands.latency is not None

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        latency = watched.settings.bands.latency
        assert latency
        return measure(
            f"latency / {latency.milliseconds:g}",
            label="Latency, times what it was",
            latency=watched.worker("GenerationLatency", "p90", self.period, model=latency.model),
        )


class LatencyUnusual(BandRule):
    """The same latency, against its band: what is usual at this hour of this weekday."""

    id = "latency-unusual"
    twin = LatencyRegression.id
    title = "Generations of a model take longer than is usual at this hour"
    guards = "Users: a rise that a constant must allow for the busy hour shows in a quiet one."
    first_action = "Compare the stages on the latency dashboard with the same hour of yesterday."
    comparison, side, unit = ABOVE, "more than", "standard deviations above the band's middle"
    missing = "notBreaching"
    missing_reason = "A model that nobody asks for takes no time."

    def wanted(self, watched: WatchedFleet) -> bool:
        return watched.settings.bands.latency is not None

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        latency = watched.settings.bands.latency
        assert latency
        return measure(watched.worker("GenerationLatency", "p90", self.period, model=latency.model))
