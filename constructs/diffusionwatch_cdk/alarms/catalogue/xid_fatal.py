from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need


class FatalXid(AlarmRule):
    """Xid errors after which a GPU computes wrongly or not at all, from the kernel's log."""

    id = "xid-fatal"
    title = "A GPU reported a fatal error (Xid)"
    guards = "Users: its results are wrong or absent, and the instance still counts as healthy."
    first_action = "Mark the instance unhealthy (aws autoscaling set-instance-health), so that the group replaces it."
    comparison = "GreaterThanOrEqualToThreshold"
    default, unit = 1, "fatal Xid errors in a minute"
    default_reason = "None of these codes heals by itself (NVIDIA, XID Errors)."
    period, datapoints, periods = 60, 1, 1
    missing = "notBreaching"
    missing_reason = "The metric filter counts lines when they come: no figure is no error."
    needs = (Need.AUTO_SCALING_GROUP,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(watched.fatal_xids("Sum", self.period))
