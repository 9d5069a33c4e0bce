from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..known import unit
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule


class WrongUnit(Rule):
    id = "DW027"
    title = "A unit in which the metric is not sent"
    why = "CloudWatch keeps each unit apart: an alarm that names another one stays in INSUFFICIENT_DATA for ever."
    source = "PutMetricAlarm, Unit"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for metric in (one for request in resource.requests for one in request.metrics):
            sent = unit(metric.namespace, metric.name)
            if metric.unit and sent and metric.unit != sent:
                yield Fault(metric.at, f"{metric.name} is sent in {sent}, not in {metric.unit}", "Leave the unit out")
