from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import number
from ..project import Project
from ..resource import Resource
from ..rule import Rule


class Objective(Rule):
    id = "DW071"
    title = "An objective out of range"
    why = "A goal of 100 percent or more has no error budget: the first failed request is its end."
    source = "Service level objectives"
    kinds = ("AWS::ApplicationSignals::ServiceLevelObjective",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        goal = resource.properties.get("Goal")
        if not isinstance(goal, dict):
            return
        for key, most in (("AttainmentGoal", 100.0), ("WarningThreshold", 100.0)):
            value = number(goal.get(key))
            if value is not None and not 0 < value < most:
                yield Fault(("Goal", key), f"{value:g} percent", "Between 0 and 100, for example 99")
