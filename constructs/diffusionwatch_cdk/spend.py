"""Money: what the fleets cost, within minutes by the cost meter, within half a day by an AWS Budget."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import Construct

from .cost_meter import SERVICES_OF_A_METER, cost_meter, cost_meters
from .fleet import Fleet
from .functions import FunctionPlan
from .money import books
from .money.alarms import money_alarms
from .money.anomalies import anomaly_detection
from .money.budget import budget
from .money.guard import IDLE_GUARD, guarded, idle_guard
from .names import function_name, logical_id, partition
from .resource import resource
from .scheduled_function import ScheduledFunction
from .settings import EnvironmentSettings

WITHOUT_BUDGETS = ("aws-us-gov",)
"""Partitions whose bills are those of a standard account ("Billing and Cost Management in AWS GovCloud (US)")."""


class Spend(Construct):
    """The functions of the money on their schedules, what they keep, and the monthly budget.

    ``key`` is the ``EncryptionKey`` where it stands in the same stack: the table is encrypted with it, by its alias.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleets: Iterable[Fleet],
        settings: EnvironmentSettings,
        key: Construct | None = None,
    ) -> None:
        super().__init__(scope, id)
        plans = functions([*fleets], settings)
        if plans:
            table = self._functions(plans, settings)
            if key:
                table.node.add_dependency(key)
        if partition(settings.region) in WITHOUT_BUDGETS:
            said = (
                f"{settings.region} has no AWS Budgets and no Cost Anomaly Detection: its cost alarms are all there is"
            )
            cdk.Annotations.of(self).add_info(said)
        else:
            budget(self, settings)
            anomaly_detection(self, settings)

    def _functions(self, plans: dict[str, FunctionPlan], settings: EnvironmentSettings) -> cdk.CfnResource:
        table = books.table(self, settings)
        books.dead_letters(self, settings, [function_name(settings.name, name) for name in plans])
        for name, plan in plans.items():
            made = ScheduledFunction(self, name, plan=plan, settings=settings, dead_letters=books.DEAD_LETTERS)
            made.function.add_resource_dependency(table)
        for alarm, properties in money_alarms(settings).items():
            resource(self, alarm, "CloudWatch::Alarm", properties, logical=logical_id(alarm, "alarm"))
        return table


def functions(fleets: list[Fleet], settings: EnvironmentSettings) -> dict[str, FunctionPlan]:
    """The functions that the settings ask for, by name."""
    metered = [fleet for fleet in fleets if fleet.metered]
    meters = {
        name: cost_meter(metered[number * SERVICES_OF_A_METER :][:SERVICES_OF_A_METER], settings)
        for number, name in enumerate(cost_meters(len(metered)) if metered else ())
    }
    watched = [fleet for fleet in fleets if fleet.service in guarded(settings)]
    return {**meters, **({IDLE_GUARD: idle_guard(watched, settings)} if watched else {})}
