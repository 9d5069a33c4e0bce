from __future__ import annotations

from ..composite import CompositeRule
from ..expression import all_of, any_of
from ..rule import Severity


class Blind(CompositeRule):
    """A source of telemetry is silent."""

    id = "blind"
    title = "The monitoring does not see everything"
    guards = "A source of telemetry is silent, so other alarms may look healthy without being so."
    first_action = "See which leaf is in alarm: it names the silent source."
    severity = Severity.TICKET
    # Not workers-missing: workers-stuck pages for it.
    rule = any_of(
        "agent-silent",
        "agent-not-installed",
        "gpu-driver-gone",
        "dcgm-missing",
        "asg-metrics-silent",
        "emf-rejected",
        "telemetry-dropped",
        "cost-meter-silent",
    )


class BlindPage(CompositeRule):
    """Agents and workers are silent at once."""

    id = "blind-page"
    title = "Nothing is heard of the fleet: neither agents nor workers report"
    guards = "Whether users are served is unknown."
    first_action = "Send one request by hand; then look at the instances' network and role."
    severity = Severity.PAGE
    rule = all_of("agent-silent", "workers-missing")
    suppressed_by = "users-hurt"
