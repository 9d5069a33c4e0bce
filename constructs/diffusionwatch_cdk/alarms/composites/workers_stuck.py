from __future__ import annotations

from ..composite import CompositeRule
from ..expression import any_of
from ..rule import Severity


class WorkersStuck(CompositeRule):
    """Workers do not do their work."""

    id = "workers-stuck"
    title = "Workers are missing or hang"
    guards = "Requests wait although instances are in service."
    first_action = "See which leaf is in alarm; read the newest log lines of one worker, then replace that instance."
    severity = Severity.PAGE
    rule = any_of("workers-missing", "request-stuck", "gpu-idle-with-work")
    suppressed_by = "users-hurt"
