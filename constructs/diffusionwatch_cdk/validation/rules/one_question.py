from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import ALARM, Resource
from ..rule import Rule

FORMS = ("MetricName", "Metrics", "EvaluationCriteria")


class OneQuestion(Rule):
    id = "DW037"
    title = "An alarm that asks two things at once, or nothing"
    why = "It watches one metric, or an expression over Metrics, or a PromQL query; CloudWatch refuses a mixture."
    source = "PutMetricAlarm, MetricName and Metrics"
    kinds = (ALARM,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        forms = [key for key in FORMS if key in resource.properties]
        if not forms:
            yield Fault(("MetricName",), f"it has none of {', '.join(FORMS)}", "Namespace and MetricName, or Metrics")
        elif len(forms) > 1:
            yield Fault((forms[1],), f"it has {' and '.join(forms)}", f"Keep one of {' and '.join(forms)}")
        elif forms == ["MetricName"] and not resource.properties.get("Namespace"):
            yield Fault(("MetricName",), "a metric without its namespace", "Give it a Namespace")
