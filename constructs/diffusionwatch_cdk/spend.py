"""Money: what the fleets cost, within minutes by the cost meter, within half a day by an AWS Budget."""

from __future__ import annotations

import json
from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from .acknowledge import acknowledge
from .fleet import Fleet
from .functions import function_code
from .logical_ids import pin
from .names import function_log_group, function_name, log_group_arn, topic_arn
from .settings import EnvironmentSettings

COST_METER = "cost-meter"
INTERVAL = cdk.Duration.minutes(5)
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
        metered = {fleet.service: _metered(fleet) for fleet in fleets if fleet.metered}
        if metered:
            self._meter(metered, settings)
        self._budget(settings)

    def _meter(self, metered: dict[str, dict[str, object]], settings: EnvironmentSettings) -> None:
        name = function_name(settings.name, COST_METER)
        group = logs.LogGroup.from_log_group_name(self, "Logs", function_log_group(settings.name, COST_METER))
        role = iam.Role(
            self,
            "CostMeterRole",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{name}: counts instances, reads utilisation, writes its own log",
        )
        log_arn = log_group_arn(group.log_group_name, account=settings.account, region=settings.region)
        role.add_to_policy(
            iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_arn])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["autoscaling:DescribeAutoScalingGroups", "cloudwatch:GetMetricData"],
                # Neither action knows resources (service authorization reference).
                resources=["*"],
            )
        )
        acknowledge(role, "IAM5[Resource::*]", "DescribeAutoScalingGroups and GetMetricData know no resources.")
        acknowledge(role, f"IAM5[Resource::{log_arn}]", "The streams of the function's own log group.")
        function = lambda_.Function(
            self,
            "CostMeter",
            function_name=name,
            description="What the fleets cost, and cost idle, each five minutes",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="cost_meter.handler.handler",
            code=function_code("cost_meter"),
            role=role.without_policy_updates(),
            log_group=group,
            timeout=cdk.Duration.minutes(1),
            memory_size=256,
            environment={
                "DIFFUSIONWATCH_ENVIRONMENT": settings.name,
                "DIFFUSIONWATCH_SERVICES": json.dumps(metered, sort_keys=True),
                "DIFFUSIONWATCH_INTERVAL_SECONDS": str(round(INTERVAL.to_seconds())),
            },
        )
        pin(function, "CostMeter")
        # A rule, not EventBridge Scheduler: its event carries the scheduled time; a late start bills no other minute.
        schedule = events.Rule(
            self,
            "Schedule",
            rule_name=name,
            description="Meters the fleets' cost",
            schedule=events.Schedule.rate(INTERVAL),
            targets=[targets.LambdaFunction(function, retry_attempts=2)],
        )
        pin(schedule, "CostMeterSchedule")

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


def _metered(fleet: Fleet) -> dict[str, object]:
    """What the cost meter reads of a fleet (lambda/cost_meter/handler.py: Service)."""
    return {
        "auto_scaling_group": fleet.auto_scaling_group,
        "instance_type": fleet.instance_type,
        "usd_per_hour": fleet.usd_per_hour,
    }
