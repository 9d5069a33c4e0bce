from __future__ import annotations

from ..composite import CompositeRule
from ..expression import all_of, any_of
from ..rule import Severity


class CapacityStarved(CompositeRule):
    """Requests wait because instances do not come."""

    id = "capacity-starved"
    title = "Requests wait and the fleet cannot grow"
    guards = "The queue grows old while the group gets no instances or is at its maximum."
    first_action = "See which leaf: at its maximum, raise it or shed load; else offer more instance types and zones."
    severity = Severity.PAGE
    rule = all_of("queue-age", any_of("capacity-gap", "at-max", "launch-failures"))
    suppressed_by = "users-hurt"
