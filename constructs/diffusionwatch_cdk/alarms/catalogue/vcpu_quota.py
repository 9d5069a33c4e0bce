from __future__ import annotations

from ...metrics import Measure, measure
from ...watched import WatchedFleet
from ..rule import AlarmRule, Need, Severity


class VcpuQuota(AlarmRule):
    """vCPUs of the family in use, of the account's quota."""

    id = "vcpu-quota"
    title = "The account's vCPU quota for this GPU family is nearly used up"
    guards = "Tomorrow's scale-out: an increase takes days."
    first_action = "Ask Service Quotas for the increase today; the quota counts running on-demand vCPUs of the family."
    default, unit = 80, "percent of the quota"
    default_reason = "A fifth left is one more scale-out, and time to ask."
    period, datapoints, periods = 300, 3, 3
    missing = "notBreaching"
    missing_reason = "Usage is published while instances run: no figure is no usage."
    severity = Severity.TICKET
    needs = (Need.INSTANCE_TYPE,)

    def measure(self, watched: WatchedFleet, threshold: float) -> Measure:
        return measure(
            "100 * used / SERVICE_QUOTA(used)",
            label="vCPUs in use, percent of quota",
            used=watched.vcpus_in_use("Maximum", self.period),
        )
