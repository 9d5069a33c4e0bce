from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.metric import BANDED

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, Resource, unknown
from ..rule import Rule


class AnomalyBand(Rule):
    id = "DW025"
    title = "A comparison with a band that is not there"
    why = "Operators on bands need ThresholdMetricId with the id of the band, and a band needs one of those operators."
    source = "Creating a CloudWatch alarm based on anomaly detection"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        band = resource.properties.get("ThresholdMetricId")
        comparison = resource.properties.get("ComparisonOperator")
        if unknown(comparison):
            return
        if (comparison in BANDED) != (band is not None):
            said = f"{comparison} {'without' if band is None else 'with'} ThresholdMetricId"
            yield Fault(("ComparisonOperator",), said, f"A band goes with one of {', '.join(BANDED)}")
        for request in resource.requests if band is not None else ():
            if band not in request.ids():
                fix = "Give ANOMALY_DETECTION_BAND(m1, 2) that id"
                yield Fault(("ThresholdMetricId",), f"{band} is no id of this alarm", fix)
