"""The function that draws the GPUs of a fleet as a heat map on its dashboard (a CloudWatch custom widget)."""

from __future__ import annotations

from collections.abc import Iterable

from constructs import Construct

from diffusionwatch_agent.names import node_log_group

from .fleet import Fleet
from .functions import FunctionPlan, function
from .names import FLEET_WIDGET, log_group_arn, logical_id
from .resource import resource
from .settings import EnvironmentSettings
from .widget_alarm import ERRORS, widget_alarm


class FleetWidget(Construct):
    """One function for all fleets: the dashboards say what it draws. It reads, and changes nothing.

    It has no schedule and no dead-letter queue: somebody looks at what it answers. Whoever looks cannot mend it, so an
    alarm tells its owner.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002  (CDK's own name)
        *,
        fleets: Iterable[Fleet],
        settings: EnvironmentSettings,
    ) -> None:
        super().__init__(scope, id)
        where = {"account": settings.account, "region": settings.region}
        nodes = [log_group_arn(node_log_group(settings.name, fleet.service), **where) for fleet in fleets]
        plan = FunctionPlan(
            package="fleet_widget",
            description="Draws GPUs as a heat map on CloudWatch dashboards",
            statements=[
                {"Effect": "Allow", "Action": "cloudwatch:GetMetricData", "Resource": "*"},
                {"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": nodes},
            ],
            explained={
                "*": "GetMetricData knows no resources (service authorization reference).",
                **dict.fromkeys(nodes, "The streams of that log group."),
            },
            timeout=20,  # three searches over two weeks answer in a few seconds
            memory=512,  # 500 GPUs of 48 moments and three figures
            # Ten people with the dashboard open, and no more of the account's concurrency than that.
            concurrency=10,
        )
        function(self, FLEET_WIDGET, plan, settings)
        resource(self, ERRORS, "CloudWatch::Alarm", widget_alarm(settings), logical=logical_id(ERRORS))
