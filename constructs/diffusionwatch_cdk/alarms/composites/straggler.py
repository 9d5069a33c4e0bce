from __future__ import annotations

from ..composite import CompositeRule
from ..expression import all_of, quiet
from ..rule import Severity


class Straggler(CompositeRule):
    """One instance idles while the fleet works."""

    id = "straggler"
    title = "An instance does nothing while the others work"
    guards = "When all of them idle, other alarms speak."
    first_action = "Read the contributor's instance id from gpu-straggler, look at its worker's journal, terminate it."
    severity = Severity.TICKET
    rule = all_of("gpu-straggler", quiet("gpu-idle-no-work"), quiet("gpu-idle-with-work"))
