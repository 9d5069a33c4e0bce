from __future__ import annotations

from ..composite import CompositeRule
from ..expression import any_of
from ..rule import Severity


class PayingForNothing(CompositeRule):
    """GPUs idle with nothing to do."""

    id = "paying-for-nothing"
    title = "GPUs are paid for and have nothing to do"
    guards = "The fleet did not scale in."
    first_action = "Scale in: check the group's minimum size, its schedules and its scale-in protection."
    severity = Severity.TICKET
    rule = any_of("gpu-idle-no-work")
    suppressed_by = "blind"


class PayingForNothingPage(CompositeRule):
    """The same, for four hours."""

    id = "paying-for-nothing-page"
    title = "GPUs have been paid for and idle for four hours"
    guards = "Nobody acted on the ticket."
    first_action = "Set the group's desired capacity to its minimum now; then find what holds it up."
    severity = Severity.PAGE
    rule = any_of("gpu-idle-no-work-page")
    suppressed_by = "blind"
