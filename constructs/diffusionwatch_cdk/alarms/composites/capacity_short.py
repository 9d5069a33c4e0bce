from __future__ import annotations

from ...watched import WatchedFleet
from ..composite import CompositeRule
from ..expression import any_of
from ..rule import Severity


class CapacityShort(CompositeRule):
    """A fleet without a queue does not get what it asks for: nothing says whether anybody waits for it."""

    id = "capacity-short"
    title = "The fleet does not get the capacity that it asks for"
    guards = "The next peak. Users who already suffer are heard through users-hurt; a queue would tell sooner."
    first_action = "Read why launches fail, in the leaf's runbook; offer more instance types and zones."
    severity = Severity.TICKET
    rule = any_of("capacity-gap", "launch-failures")

    def applies(self, watched: WatchedFleet) -> bool:
        return watched.fleet.queue is None  # with one, capacity-starved knows who waits
