from __future__ import annotations

from ..composite import CompositeRule
from ..expression import all_of, any_of
from ..rule import Severity


class UsersHurt(CompositeRule):
    """Users do not get their images."""

    id = "users-hurt"
    title = "Users do not get their images"
    guards = "The error budget burns fast, nothing is completed at all, or the probe gets no image."
    first_action = "Open the dashboard: faults by class, then workers alive, then the queue. Roll back what is newest."
    severity = Severity.PAGE
    rule = any_of(all_of("slo-1h", "slo-5m"), "stalled", "probe-failed")
