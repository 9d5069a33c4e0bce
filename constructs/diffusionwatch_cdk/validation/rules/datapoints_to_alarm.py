from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..numbers import whole
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class DatapointsToAlarm(Rule):
    id = "DW009"
    title = "More datapoints to alarm than evaluation periods"
    why = "M of N with M above N: it can never be met, and CloudWatch refuses it during the deployment."
    source = "Alarm evaluation"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        datapoints, periods = whole(resource, "DatapointsToAlarm"), whole(resource, "EvaluationPeriods")
        if datapoints is not None and periods is not None and datapoints > periods:
            said = f"{datapoints} of the last {periods} datapoints must breach"
            yield Fault(("DatapointsToAlarm",), said, f"At most {periods}, or more EvaluationPeriods")
