from __future__ import annotations

from ...metrics import Measure
from ...watched import WatchedFleet
from ..band import ABOVE, BandRule
from .step_regression import StepRegression as Twin


class StepUnusual(BandRule):
    """The steps of ``step-regression``, the worst model against its baseline, by their band instead of a constant."""

    id = "step-unusual"
    twin = Twin.id
    title = "Sampling steps take longer than is usual at this hour"
    guards = "Users and money: steps hardly vary, so a tenth more shows, long before half as much again does."
    first_action = "Compare with the last deploy, then GPU temperature and clocks: all hosts a release, one host heat."
    comparison, side, unit = ABOVE, "more than", "standard deviations above the band's middle"
    missing = "notBreaching"
    missing_reason = "A model that nobody asks for takes no steps."

    def wanted(self, watched: WatchedFleet) -> bool:
        return watched.settings.bands.steps

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return Twin().measure(watched, threshold)
