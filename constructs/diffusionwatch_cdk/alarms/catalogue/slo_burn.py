from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule


class _BurnRate(AlarmRule):
    """(faulted + slow) / total, over the share that the objective allows: 1 spends the budget exactly in its time.

    Windows and rates: "Alerting on SLOs", The Site Reliability Workbook. A long window says that it matters, a short
    one that it still goes on; ``users-hurt`` and ``degraded`` ask for both.
    """

    unit = "times the error budget's rate"
    datapoints, periods = 1, 1
    missing = "notBreaching"
    missing_reason = "No requests spend no budget; stalled watches for requests that get no answer."
    minimum_requests: int

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        budget = 100 - watched.settings.objectives.good_percent
        total = "(completed + faulted)"
        return measure(
            f"IF({total} >= {self.minimum_requests}, (100 * (faulted + slow) / {total}) / {budget:g}, 0)",
            label="Burn rate of the error budget",
            completed=watched.worker("RequestsCompleted", "Sum", self.period),
            faulted=watched.worker("RequestsFaulted", "Sum", self.period),
            slow=watched.worker("RequestsSlow", "Sum", self.period),
        )


class _FastBurn(_BurnRate):
    guards = "Users, now: at this rate two percent of a month's budget goes in an hour."
    first_action = "Open the on-call dashboard: faults by class first, then slow requests by model."
    default = 14.4
    default_reason = "2 % of a 30-day budget within one hour."


class _SlowBurn(_BurnRate):
    guards = "Users, today: at this rate five percent of a month's budget goes in six hours."
    first_action = "Look for a regression since the last deploy: stages by model, then faults by class."
    default = 6
    default_reason = "5 % of a 30-day budget within six hours."


class SloFastLong(_FastBurn):
    """14.4 times the budget over an hour."""

    id, period, minimum_requests = "slo-1h", 3600, 20
    title = "The error budget burns fast, over an hour"


class SloFastShort(_FastBurn):
    """14.4 times the budget over five minutes."""

    id, period, minimum_requests = "slo-5m", 300, 5
    title = "The error budget burns fast, over five minutes"


class SloSlowLong(_SlowBurn):
    """6 times the budget over six hours."""

    id, period, minimum_requests = "slo-6h", 21_600, 20
    title = "The error budget burns, over six hours"


class SloSlowShort(_SlowBurn):
    """6 times the budget over half an hour."""

    id, period, minimum_requests = "slo-30m", 1800, 5
    title = "The error budget burns, over half an hour"
