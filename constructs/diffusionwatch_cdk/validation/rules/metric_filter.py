from __future__ import annotations

from collections.abc import Iterator

from ..filter_pattern import pattern_error
from ..finding import Fault
from ..project import Project
from ..resource import Resource, unknown
from ..rule import Rule


class FilterPattern(Rule):
    id = "DW060"
    title = "A filter pattern that cannot be read"
    why = "CloudWatch Logs refuses it, or worse takes it for plain words that never occur."
    source = "Filter pattern syntax for metric filters"
    kinds = ("AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter")

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        pattern = resource.properties.get("FilterPattern")
        if isinstance(pattern, str) and not unknown(pattern):
            wrong = pattern_error(pattern)
            if wrong:
                yield Fault(("FilterPattern",), f"{pattern!r} {wrong}", '{ $.level = "ERROR" && $.ms > 100 }, or words')
