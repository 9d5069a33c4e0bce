from __future__ import annotations

from ..composite import CompositeRule
from ..expression import any_of
from ..rule import Severity


class GpuSick(CompositeRule):
    """A GPU is broken, or breaks."""

    id = "gpu-sick"
    title = "A GPU is broken"
    guards = "One instance computes wrongly, slowly or not at all; the fleet carries on."
    first_action = "Find the instance by the runbook of the leaf that is in alarm, and replace it."
    severity = Severity.TICKET
    rule = any_of("xid-fatal", "gpu-degraded", "gpu-throttled")
