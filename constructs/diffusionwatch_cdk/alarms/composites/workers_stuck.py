from __future__ import annotations

from ..composite import CompositeRule
from ..expression import all_of, any_of, quiet
from ..rule import Severity


class WorkersStuck(CompositeRule):
    """Workers do not do their work."""

    id = "workers-stuck"
    title = "Workers are missing or hang"
    guards = "Requests wait although instances are in service."
    first_action = "See which leaf is in alarm; read the newest log lines of one worker, then replace that instance."
    severity = Severity.PAGE
    # Workers and agents silent at once are blind-page's: one incident, one page.
    rule = any_of(all_of("workers-missing", quiet("agent-silent")), "request-stuck", "gpu-idle-with-work")
    suppressed_by = "users-hurt"
