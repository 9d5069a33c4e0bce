"""An alarm that only this shop needs, beside those of the catalogue."""

from __future__ import annotations

from diffusionwatch_cdk import AlarmRule, Measure, Severity, WatchedFleet, measure


class UnsafePrompts(AlarmRule):
    """Requests that the safety filter turned away: the catalogue wakes nobody for them, this shop wants to look."""

    id = "unsafe-prompts"
    title = "Many prompts are turned away by the safety filter"
    guards = "The product: somebody tries what it is not for, or the filter got too strict."
    first_action = "Compare the share of rejections before and after the last change of the filter."
    default, unit = 50, "rejections in a quarter of an hour"
    default_reason = "A normal day has three of them an hour."
    period, datapoints, periods = 900, 1, 1
    severity = Severity.TICKET  # no composite of the catalogue speaks for it
    missing, missing_reason = "notBreaching", "No request, no rejection."

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("RequestsRejected", "Sum", self.period, error_class="safety"))
