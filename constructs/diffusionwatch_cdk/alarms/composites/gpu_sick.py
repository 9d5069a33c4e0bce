from __future__ import annotations

from ..composite import CompositeRule
from ..expression import any_of
from ..rule import Severity


class GpuSick(CompositeRule):
    """A GPU is broken."""

    id = "gpu-sick"
    title = "A GPU is broken"
    guards = "One instance computes wrongly or not at all; the fleet carries on."
    first_action = "Find the instance in the node log group (its stream is the instance's id), and replace it."
    severity = Severity.TICKET
    rule = any_of("xid-fatal")
