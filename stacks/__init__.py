"""The stacks of one environment, thin: each picks constructs and passes settings.

No stack exports to another; they meet by names (diffusionwatch_cdk.names) and are only ordered.
"""

from __future__ import annotations

from itertools import pairwise

import aws_cdk as cdk

from diffusionwatch_cdk import EnvironmentSettings
from diffusionwatch_cdk.wanted import stacks as stacks_of

from .agent import AgentStack
from .base import EnvironmentStack
from .cost import CostStack
from .foundation import FoundationStack
from .monitoring import MonitoringStack
from .tracing import TracingStack

__all__ = ["EnvironmentStack", "build"]

WITH_SAMPLE_FLEET = ("local",)
"""Environments that bring a fleet of their own; everywhere else the fleet is there already."""


def build(app: cdk.App, settings: EnvironmentSettings) -> list[EnvironmentStack]:
    """All stacks of an environment, in the order in which they are deployed."""
    stacks: list[EnvironmentStack] = []
    if settings.name in WITH_SAMPLE_FLEET:
        # CDK's modules for it take a third of a second to load, and only this environment needs them.
        from .sample_fleet import SampleFleetStack

        stacks.append(SampleFleetStack(app, settings))
    wanted = stacks_of(settings)
    stacks.append(FoundationStack(app, settings))
    if "agent" in wanted:
        stacks.append(AgentStack(app, settings))
    if "tracing" in wanted:
        stacks.append(TracingStack(app, settings))
    stacks.append(CostStack(app, settings))
    if "digest" in wanted:
        from .digest import DigestStack

        stacks.append(DigestStack(app, settings))
    if "widget" in wanted:
        from .widget import WidgetStack

        stacks.append(WidgetStack(app, settings))
    stacks += MonitoringStack.all_of(app, settings)
    if "overview" in wanted:
        from .overview import OverviewStack

        stacks.append(OverviewStack(app, settings))
    for earlier, later in pairwise(stacks):
        later.add_stack_dependency(earlier)
    return stacks
