from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import periods, whole
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule

DAY, WEEK, HOUR = 86_400, 604_800, 3600


class EvaluationWindow(Rule):
    id = "DW010"
    title = "An evaluation window past the limit"
    why = "Periods of an hour or more reach back seven days at the most, shorter ones a day; CloudWatch refuses more."
    source = "PutMetricAlarm, EvaluationPeriods"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        count = whole(resource, "EvaluationPeriods")
        for period in sorted(set(periods(resource))) if count else ():
            most = WEEK if period >= HOUR else DAY
            if count and period * count > most:
                said = f"{count} periods of {period} s are {period * count:,} s; the limit is {most:,} s"
                yield Fault(("EvaluationPeriods",), said, f"At most {most // period} periods of {period} s")
