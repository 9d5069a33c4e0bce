from __future__ import annotations

from ..composite import CompositeRule
from ..expression import all_of, any_of
from ..rule import Severity


class Degraded(CompositeRule):
    """Worse than promised, not yet an outage."""

    id = "degraded"
    title = "The service is worse than it should be"
    guards = "Faults, slower steps or a slow burn of the error budget: no outage yet."
    first_action = "Compare with the last deploy; then run the saved query 'faults by class and host'."
    severity = Severity.TICKET
    # A band and its static twin speak each for itself: the twin until the band is trained, and afterwards for the slow
    # decline to which a band gets used; the band for what a constant must allow at a busy hour.
    rule = any_of(
        "error-rate",
        "step-regression",
        "step-unusual",
        "latency-regression",
        "latency-unusual",
        "requests-low",
        "requests-unusual",
        all_of("slo-6h", "slo-30m"),
    )
    suppressed_by = "users-hurt"
