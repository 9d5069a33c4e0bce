from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class EmfRejected(AlarmRule):
    """Log events of the workers that CloudWatch could not turn into metrics."""

    id = "emf-rejected"
    title = "CloudWatch refuses metrics that workers sent"
    guards = "Sight: what is refused is counted by no other alarm."
    first_action = "Compare with the newest worker version; look for that event in the worker's log group."
    default, unit = 0, "events in five minutes"
    default_reason = "Each is a defect: of a worker's version, or of an account that switched extraction off."
    period, datapoints, periods = 300, 1, 1
    missing = "notBreaching"
    missing_reason = "Errors are counted when they happen: no figure is no error."

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "parsing + validation + disabled",
            label="Events that gave no metric",
            parsing=watched.worker_log("EMFParsingErrors", "Sum", self.period),
            validation=watched.worker_log("EMFValidationErrors", "Sum", self.period),
            disabled=watched.worker_log("EMFDisabledErrors", "Sum", self.period),
        )
