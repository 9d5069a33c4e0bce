from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class ErrorRate(AlarmRule):
    """100 · faulted / (completed + faulted)."""

    id = "error-rate"
    title = "Requests fail by our fault"
    guards = "Users, and the last deploy. Requests refused for their own content do not count."
    first_action = "Run the saved query 'faults by class and host': one host is a machine, all hosts a dependency."
    default, unit = 5, "percent of requests"
    default_reason = "Five times the error budget of a 99 % objective: well above noise, well below an outage."
    period, datapoints, periods = 300, 2, 3
    missing = "notBreaching"
    missing_reason = "No requests is no failure; stalled and workers-missing watch for silence."
    minimum_requests = 20
    """Below that, one unlucky request is 5 percent."""

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            f"IF((completed + faulted) >= {self.minimum_requests}, 100 * faulted / (completed + faulted), 0)",
            label="Faulted, percent of requests",
            completed=watched.worker("RequestsCompleted", "Sum", self.period),
            faulted=watched.worker("RequestsFaulted", "Sum", self.period),
        )
