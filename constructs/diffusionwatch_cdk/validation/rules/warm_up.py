from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import number
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule

MINUTES = 2880


class WarmUp(Rule):
    id = "DW035"
    title = "A warm-up that CloudWatch does not have"
    why = f"A new alarm warms up for 1 to {MINUTES:,} minutes from its creation."
    source = "Alarm warm-up"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        given = resource.properties.get("WarmUpConfiguration")
        minutes = number(given.get("WarmUpPeriodDurationInMinutes")) if isinstance(given, dict) else None
        if minutes is not None and not 1 <= minutes <= MINUTES:
            at = ("WarmUpConfiguration", "WarmUpPeriodDurationInMinutes")
            yield Fault(at, f"{minutes:g} minutes", f"1 to {MINUTES:,}")
