"""The accounting backstop: an AWS Budget, with what AWS may do when it is used up."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from ..names import topic_arn
from ..settings import EnvironmentSettings
from .action import budget_action

NOTIFICATIONS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Percent of the budget, spent and forecast: a warning with days left, the limit itself, and a look ahead."""


def budget(scope: Construct, settings: EnvironmentSettings) -> None:
    """The monthly budget of the environment."""
    topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
    subscriber = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic)
    tags = [f"user:{key}${value}" for key, value in settings.budget.tag.items()]
    # No BudgetName: a changed notification replaces the budget, and the new one would collide with the old.
    made = budgets.CfnBudget(
        scope,
        "Budget",
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(amount=settings.budget.monthly_usd, unit="USD"),
            cost_filters={"TagKeyValue": tags} if tags else None,
        ),
        notifications_with_subscribers=[
            budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[subscriber],
            )
            for kind, percent in NOTIFICATIONS
        ],
    )
    made.override_logical_id("MonthlyBudget")
    budget_action(scope, settings, made.ref)
