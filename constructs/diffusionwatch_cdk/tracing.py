"""X-Ray: which traces are kept, and the groups by which people look at them."""

from __future__ import annotations

from aws_cdk import aws_xray as xray
from constructs import Construct

from .fleet import Fleet
from .names import logical_id, x_ray_name
from .settings import EnvironmentSettings

FIXED_RATE = 0.05
"""AWS's own default; with the reservoir, a quiet service is traced whole and a busy one affordably."""
RESERVOIR = 1
"""Requests a second that are always traced: AWS's own default."""
PRIORITY = 1000
"""Behind rules that somebody makes by hand to look at something (1 to 999), before the default rule (10000)."""


class Tracing(Construct):
    """Groups for faults and for slow generations, and the sampling rule of one service."""

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, settings: EnvironmentSettings) -> None:  # noqa: A002
        super().__init__(scope, id)
        slow = settings.monitoring(fleet.service).objectives.slow_seconds
        filters = {
            "faults": f'service("{fleet.service}") {{ fault = true }}',
            "slow": f'service("{fleet.service}") {{ responsetime > {slow:g} }}',
        }
        for what, expression in filters.items():
            group = xray.CfnGroup(
                self,
                what,
                group_name=x_ray_name(settings.name, fleet.service, what),
                filter_expression=expression,
            )
            group.override_logical_id(logical_id(fleet.service, what, "traces"))
        sampling = xray.CfnSamplingRule(
            self,
            "Sampling",
            sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                rule_name=x_ray_name(settings.name, fleet.service, "sampling"),
                priority=PRIORITY,
                fixed_rate=FIXED_RATE,
                reservoir_size=RESERVOIR,
                service_name=fleet.service,
                service_type="*",
                host="*",
                http_method="*",
                url_path="*",
                resource_arn="*",
                version=1,
            ),
        )
        sampling.override_logical_id(logical_id(fleet.service, "sampling"))
