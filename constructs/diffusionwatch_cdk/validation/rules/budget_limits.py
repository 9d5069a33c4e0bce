from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..finding import Fault
from ..project import Project
from ..resource import Resource
from ..rule import Rule

NOTIFICATIONS, TOPICS, ADDRESSES = 10, 1, 10


class BudgetLimits(Rule):
    id = "DW064"
    title = "More subscribers than a budget's notification takes"
    why = f"One topic and {ADDRESSES} addresses a notification; Budgets refuses the second topic."
    source = "Creating an Amazon SNS topic for budget notifications"
    kinds = ("AWS::Budgets::Budget",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for place, one in enumerate(resource.properties.get("NotificationsWithSubscribers") or ()):
            found = one.get("Subscribers") or () if isinstance(one, Mapping) else ()
            kinds = [each.get("SubscriptionType") for each in found if isinstance(each, Mapping)]
            at = ("NotificationsWithSubscribers", place, "Subscribers")
            for kind, most in (("SNS", TOPICS), ("EMAIL", ADDRESSES)):
                if kinds.count(kind) > most:
                    yield Fault(at, f"{kinds.count(kind)} subscribers of type {kind}", f"At most {most}")
            if not kinds:
                yield Fault(at, "a notification that nobody gets", "Name a topic or an address")
