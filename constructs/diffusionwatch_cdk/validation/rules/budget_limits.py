from __future__ import annotations

from collections.abc import Iterator

from ..finding import Fault
from ..project import Project
from ..resource import Resource, unknown
from ..rule import Rule
from ..shapes import items, mapping, mappings

NOTIFICATIONS, TOPICS, ADDRESSES = 10, 1, 10


class BudgetLimits(Rule):
    id = "DW064"
    title = "More subscribers than a budget's notification takes"
    why = f"One topic and {ADDRESSES} addresses a notification; Budgets refuses the second topic."
    source = "Creating an Amazon SNS topic for budget notifications"
    kinds = ("AWS::Budgets::Budget",)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        for place, one in enumerate(items(resource.properties.get("NotificationsWithSubscribers"))):
            kinds = [each.get("SubscriptionType") for each in mappings(mapping(one).get("Subscribers"))]
            at = ("NotificationsWithSubscribers", place, "Subscribers")
            for kind, most in (("SNS", TOPICS), ("EMAIL", ADDRESSES)):
                if kinds.count(kind) > most:
                    yield Fault(at, f"{kinds.count(kind)} subscribers of type {kind}", f"At most {most}")
            for each in mappings(mapping(one).get("Subscribers")):
                what, address = each.get("SubscriptionType"), str(each.get("Address", ""))
                if not unknown(address) and not address.startswith("arn:") and "@" not in address:
                    yield Fault(at, f"{address!r} is no address of type {what}", "A topic's ARN, or a mail address")
            if not kinds:
                yield Fault(at, "a notification that nobody gets", "Name a topic or an address")
