from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule
from ..shapes import items

DIMENSIONS = 3


class FilterValue(Rule):
    id = "DW061"
    title = "A metric filter with more than it may have"
    why = f"Up to {DIMENSIONS} dimensions, no default value beside them; a field needs a pattern that reads fields."
    source = "PutMetricFilter, MetricTransformation"
    kinds = ("AWS::Logs::MetricFilter",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        pattern = str(resource.properties.get("FilterPattern", "")).lstrip()
        found = items(resource.properties.get("MetricTransformations"))
        if len(found) > 1:
            yield Fault(("MetricTransformations",), f"{len(found)} transformations", "One, and a second filter")
        for place, one in enumerate(found):
            if not isinstance(one, Mapping):
                continue
            at, dimensions = ("MetricTransformations", place), items(one.get("Dimensions"))
            if dimensions and "DefaultValue" in one:
                yield Fault((*at, "DefaultValue"), "a default value beside dimensions", "Leave one of the two out")
            if len(dimensions) > DIMENSIONS:
                yield Fault((*at, "Dimensions"), f"{len(dimensions)} dimensions", f"At most {DIMENSIONS}")
            if str(one.get("MetricValue", "")).startswith("$") and not pattern.startswith(("{", "[")):
                said = f"the value {one['MetricValue']} is a field, and the pattern reads none"
                yield Fault((*at, "MetricValue"), said, 'MetricValue: "1", or a pattern in { } or [ ]')
