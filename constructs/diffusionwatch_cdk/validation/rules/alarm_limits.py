from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule

METRICS, EXPRESSIONS, CHARACTERS = 10, 10, 2048


class AlarmLimits(Rule):
    id = "DW007"
    title = "More metrics or math than an alarm holds"
    why = f"An alarm holds {METRICS} metrics and {EXPRESSIONS} expressions of {CHARACTERS:,} characters each."
    source = "PutMetricAlarm, Metrics"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for request in resource.requests:
            for what, found, most in (
                ("metrics", request.metrics, METRICS),
                ("expressions", request.expressions, EXPRESSIONS),
            ):
                if len(found) > most:
                    fix = "Split it into two alarms below a composite, or use a Metrics Insights query"
                    yield Fault(request.at, f"{len(found)} {what}; an alarm holds {most}", fix)
            for one in request.expressions:
                if len(one.text) > CHARACTERS:
                    yield Fault(one.at, f"{len(one.text):,} characters; an expression holds {CHARACTERS:,}", "Split it")
