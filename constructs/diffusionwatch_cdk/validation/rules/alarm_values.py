from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.alarms.metric import BANDED
from cloudwatch_simulator.errors import nearest

from ..finding import Fault
from ..numbers import number
from ..project import Project
from ..resource import ALARM, LOG_ALARM, Resource, unknown
from ..rule import Rule

WORDS = {
    "ComparisonOperator": (
        "GreaterThanThreshold",
        "GreaterThanOrEqualToThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
        *BANDED,
    ),
    "TreatMissingData": ("missing", "notBreaching", "breaching", "ignore"),
    "EvaluateLowSampleCountPercentile": ("evaluate", "ignore"),
}
COUNTS = ("EvaluationPeriods", "DatapointsToAlarm")
NEEDED = ("ComparisonOperator", "EvaluationPeriods", "Threshold")


class AlarmValues(Rule):
    id = "DW036"
    title = "A value that no alarm takes, or one that is missing"
    why = "The schema takes any text for some of them: notbreaching is refused by CloudWatch alone, at the deployment."
    source = "PutMetricAlarm"
    kinds = (ALARM, LOG_ALARM)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        given = resource.properties
        for key, words in WORDS.items():
            value = given.get(key)
            if value is not None and not unknown(value) and value not in words:
                yield Fault((key,), f"{value!r} is no {key}{nearest(str(value), words)}", f"One of {', '.join(words)}")
        for key in COUNTS:
            value = given.get(key)
            count = number(value)
            if value is not None and not unknown(value) and (count is None or count < 1 or count % 1):
                yield Fault((key,), f"{value!r} is no count", "A whole number, 1 or more")
        if "Threshold" in given and not unknown(given["Threshold"]) and number(given["Threshold"]) is None:
            yield Fault(("Threshold",), f"{given['Threshold']!r} is no number", "A number")
        for key in _missing(resource):
            yield Fault((key,), f"{key} is not given", f"Give the alarm its {key}")


def _missing(resource: Resource) -> Iterator[str]:
    given = resource.properties
    for key in NEEDED if resource.kind == ALARM and "EvaluationCriteria" not in given else ():
        if key not in given and not (key == "Threshold" and "ThresholdMetricId" in given):
            yield key
