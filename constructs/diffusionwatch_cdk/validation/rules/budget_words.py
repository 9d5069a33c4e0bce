from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudwatch_simulator.errors import nearest

from ..finding import Fault, Path
from ..project import Project
from ..resource import Resource, unknown
from ..rule import Rule

WORDS = {
    "BudgetType": (
        "USAGE",
        "COST",
        "RI_UTILIZATION",
        "RI_COVERAGE",
        "SAVINGS_PLANS_UTILIZATION",
        "SAVINGS_PLANS_COVERAGE",
    ),
    "TimeUnit": ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"),
    "ComparisonOperator": ("GREATER_THAN", "LESS_THAN", "EQUAL_TO"),
    "NotificationType": ("ACTUAL", "FORECASTED"),
    "ThresholdType": ("PERCENTAGE", "ABSOLUTE_VALUE"),
    "SubscriptionType": ("SNS", "EMAIL"),
}


class BudgetWords(Rule):
    id = "DW063"
    title = "A word that Budgets does not know"
    why = "The schema of AWS::Budgets::Budget takes any text, so the deployment is the first to say no."
    source = "AWS Budgets API reference: Budget, Notification, Subscriber"
    kinds = ("AWS::Budgets::Budget",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for at, key, value in _words(resource.properties, ()):
            if isinstance(value, str) and not unknown(value) and value not in WORDS[key]:
                said = f"{value!r} is no {key}{nearest(value, WORDS[key])}"
                yield Fault(at, said, f"One of {', '.join(WORDS[key])}")


def _words(value: Any, at: Path) -> Iterator[tuple[Path, str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in WORDS:
                yield (*at, key), key, inner
            yield from _words(inner, (*at, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _words(inner, (*at, place))
