"""What a composite alarm says about itself. Composites are what people hear; the leaves behind them stay silent."""

from __future__ import annotations

from typing import ClassVar

from ..watched import WatchedFleet
from .expression import Expression
from .rule import Severity

SUPPRESSION_SECONDS = 120
"""How long a composite waits for its suppressor, and stays silent after it: two periods of the slowest source, since
AWS asks for at least 60 s and a suppressor that is evaluated a minute later would come too late."""


class CompositeRule:
    """One composite alarm, found by itself in ``alarms/composites``."""

    id: ClassVar[str]
    title: ClassVar[str]
    guards: ClassVar[str]
    first_action: ClassVar[str]
    severity: ClassVar[Severity]
    rule: ClassVar[Expression]
    suppressed_by: ClassVar[str | None] = None
    """id of the composite in whose presence this one keeps quiet"""

    def applies(self, watched: WatchedFleet) -> bool:
        """Whether the fleet gets it, if its leaves exist."""
        return True
