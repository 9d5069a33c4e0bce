from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class CostMeterSilent(AlarmRule):
    """Whether the cost meter says what the fleet costs."""

    id = "cost-meter-silent"
    title = "The cost meter says nothing"
    guards = "Sight of money: cost alarms would look healthy."
    first_action = "Read the log of the function diffusionwatch-<environment>-cost-meter: it says what failed."
    comparison = "LessThanThreshold"
    default, unit = 1, "figures in fifteen minutes"
    default_reason = "Three are due; a fleet at zero instances costs a known 0."
    period, datapoints, periods = 900, 2, 3
    missing = "breaching"
    missing_reason = "Silence is what this alarm is about."
    warm_up_minutes = 60  # FILL makes zeros of the time before
    needs = (Need.COST_METER,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        # Without FILL the alarm would look back past its periods for points, and speak half an hour later.
        return measure(
            "FILL(figures, 0)",
            label="Figures of the cost meter",
            figures=watched.worker("EstimatedCost", "SampleCount", self.period),
        )
