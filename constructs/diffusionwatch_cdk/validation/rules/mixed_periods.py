from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import periods
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class MixedPeriods(Rule):
    id = "DW012"
    title = "Metrics of one alarm with different periods"
    why = "All metrics of an alarm on metric math share one period; CloudWatch refuses others."
    source = "PutMetricAlarm, Metrics"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        found = sorted(set(periods(resource)))
        if len(found) > 1:
            said = f"periods of {', '.join(map(str, found))} s in one alarm"
            yield Fault(("Metrics",), said, f"Give every metric the period {found[-1]}")
