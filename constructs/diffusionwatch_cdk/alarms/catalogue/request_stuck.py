from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class RequestStuck(AlarmRule):
    """Age of the oldest request in work."""

    id = "request-stuck"
    title = "A request has been in work far too long"
    guards = "Users: a worker hangs in a kernel, a driver or a dependency, and says so from its background thread."
    first_action = "Take a py-spy dump of the worker that names the request, drain the instance, terminate it."
    default, unit = 300_000, "milliseconds of age"
    default_reason = "Five minutes: ten times a long generation; a cold model load stays below."
    period, datapoints, periods = 60, 3, 3
    missing = "notBreaching"
    missing_reason = "Nothing in work is nothing stuck; workers-missing watches for dead workers."

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.worker("InFlightRequestAge", "Maximum", self.period))
