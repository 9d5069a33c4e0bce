from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.metric import WALL_CLOCK_PERIODS

from ..finding import Fault
from ..numbers import periods
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class WallClock(Rule):
    id = "DW013"
    title = "A wall-clock window with a period that no clock has"
    why = "Windows that follow the clock are a minute, five minutes, an hour, a day or an ISO week long."
    source = "Alarm evaluation windows"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        window = resource.properties.get("EvaluationWindow")
        if not isinstance(window, dict) or "WallClockWindow" not in (window.get("Type"), *window):
            return
        for period in sorted(set(periods(resource))):
            if period not in WALL_CLOCK_PERIODS:
                allowed = ", ".join(map(str, WALL_CLOCK_PERIODS))
                yield Fault(("EvaluationWindow",), f"{period} s is no wall-clock period", f"Use one of {allowed}")
