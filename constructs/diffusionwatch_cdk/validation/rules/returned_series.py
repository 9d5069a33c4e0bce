from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class ReturnedSeries(Rule):
    id = "DW006"
    title = "Not exactly one entry returns data"
    why = "CloudWatch compares one series with the threshold and refuses an alarm that returns none or several."
    source = "PutMetricAlarm, Metrics"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        if "Metrics" not in resource.properties or "ThresholdMetricId" in resource.properties:
            return
        for request in resource.requests:
            returning = [one.id for one in request.entries if one.returns]
            if len(returning) != 1:
                said = (
                    f"{len(returning)} entries return data: {', '.join(returning)}"
                    if returning
                    else "no entry returns data"
                )
                yield Fault(request.at, said, "Write ReturnData: false on all entries but the one that is compared")
