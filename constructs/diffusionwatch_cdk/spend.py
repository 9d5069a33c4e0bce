"""Money: what the fleets cost, within minutes by the cost meter, within half a day by an AWS Budget."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from .cost_meter import SERVICES_OF_A_METER, CostMeter, cost_meters
from .fleet import Fleet
from .names import topic_arn
from .settings import EnvironmentSettings

NOTIFICATIONS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Percent of the budget, spent and forecast: a warning with days left, the limit itself, and a look ahead."""


class Spend(Construct):
    """The cost meter on its schedule, and the monthly budget."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleets: Iterable[Fleet],
        settings: EnvironmentSettings,
    ) -> None:
        super().__init__(scope, id)
        metered = [fleet for fleet in fleets if fleet.metered]
        for number, name in enumerate(cost_meters(len(metered)) if metered else ()):
            some = metered[number * SERVICES_OF_A_METER : (number + 1) * SERVICES_OF_A_METER]
            CostMeter(self, name, fleets=some, settings=settings)
        self._budget(settings)

    def _budget(self, settings: EnvironmentSettings) -> None:
        topic = topic_arn(settings.name, "ticket", account=settings.account, region=settings.region)
        subscriber = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic)
        tags = [f"user:{key}${value}" for key, value in settings.budget.tag.items()]
        # No BudgetName: a changed notification replaces the budget, and the new one would collide with the old.
        budgets.CfnBudget(
            self,
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
        ).override_logical_id("MonthlyBudget")
