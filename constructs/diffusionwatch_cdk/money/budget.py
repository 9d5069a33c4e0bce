"""The accounting backstop: an AWS Budget, with what AWS may do when it is used up."""

from __future__ import annotations

from constructs import Construct

from ..names import topic_arn
from ..resource import ref, resource
from ..settings import EnvironmentSettings
from .action import budget_action

BUDGET = "MonthlyBudget"
"""Its logical id."""
NOTIFICATIONS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Percent of the budget, spent and forecast: a warning with days left, the limit itself, and a look ahead."""


def budget(scope: Construct, settings: EnvironmentSettings) -> None:
    """The monthly budget of the environment."""
    topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
    tags = [f"user:{key}${value}" for key, value in settings.budget.tag.items()]
    # No BudgetName: a changed notification replaces the budget, and the new one would collide with the old.
    properties = {
        "Budget": {
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": settings.budget.monthly_usd, "Unit": "USD"},
            **({"CostFilters": {"TagKeyValue": tags}} if tags else {}),
        },
        "NotificationsWithSubscribers": [
            {
                "Notification": {
                    "NotificationType": kind,
                    "ComparisonOperator": "GREATER_THAN",
                    "Threshold": percent,
                    "ThresholdType": "PERCENTAGE",
                },
                "Subscribers": [{"SubscriptionType": "SNS", "Address": topic}],
            }
            for kind, percent in NOTIFICATIONS
        ],
    }
    resource(scope, "Budget", "Budgets::Budget", properties, logical=BUDGET)
    budget_action(scope, settings, ref(BUDGET))
