from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import number
from ..project import Project
from ..resource import Resource
from ..rule import Rule
from ..shapes import mapping, mappings

LOOK_BACK = 10_080


class Objective(Rule):
    id = "DW071"
    title = "An objective out of range"
    why = "A goal of 100 percent or more has no error budget: the first failed request is its end."
    source = "Service level objectives"
    kinds = ("AWS::ApplicationSignals::ServiceLevelObjective",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        goal = mapping(resource.properties.get("Goal"))
        for place, rate in enumerate(mappings(resource.properties.get("BurnRateConfigurations"))):
            minutes = number(rate.get("LookBackWindowMinutes"))
            if minutes is not None and not 1 <= minutes <= LOOK_BACK:
                yield Fault(("BurnRateConfigurations", place), f"{minutes:g} minutes", f"1 to {LOOK_BACK:,}")
        if "Sli" in resource.properties and "RequestBasedSli" in resource.properties:
            yield Fault(("RequestBasedSli",), "two indicators", "Keep Sli, or RequestBasedSli")
        for key, most in (("AttainmentGoal", 100.0), ("WarningThreshold", 100.0)):
            value = number(goal.get(key))
            if value is not None and not 0 < value < most:
                yield Fault(("Goal", key), f"{value:g} percent", "Between 0 and 100, for example 99")
