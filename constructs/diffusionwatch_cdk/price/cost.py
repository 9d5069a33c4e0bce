"""What the monitoring of some templates costs a month, line by line.

>>> from diffusionwatch_cdk.validation import Document
>>> template = '{"Resources": {"Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {}}}}'
>>> [(line.what, line.monthly_usd) for line in cost([Document("board.template.json", template)])]
[('dashboard', 3.0)]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from diffusionwatch_agent.instances import INSTANCES

from ..validation import Document, Project
from ..validation.numbers import number
from ..validation.resource import Resource
from . import alarms, container_insights, custom_metrics, functions, logs, services
from .line import Assumptions, Item, Line

Use = Callable[[Resource, Project, Assumptions], Iterator[Item]]

USES: Mapping[str, tuple[Use, ...]] = {
    "AWS::CloudWatch::Alarm": (alarms.alarm,),
    "AWS::CloudWatch::CompositeAlarm": (alarms.composite,),
    "AWS::CloudWatch::LogAlarm": (alarms.log_alarm,),
    "AWS::CloudWatch::AnomalyDetector": (alarms.detector,),
    "AWS::CloudWatch::Dashboard": (alarms.dashboard,),
    "AWS::CloudWatch::InsightRule": (services.insight_rule,),
    "AWS::Logs::LogGroup": (logs.log_group, custom_metrics.of_worker),
    "AWS::Logs::MetricFilter": (custom_metrics.of_filter,),
    "AWS::SSM::Parameter": (custom_metrics.of_agent, services.parameter),
    "AWS::EKS::Addon": (container_insights.addon,),
    "AWS::Lambda::Function": (functions.function,),
    "AWS::Synthetics::Canary": (functions.canary,),
    "AWS::XRay::SamplingRule": (services.sampling,),
    "AWS::XRay::TransactionSearchConfig": (services.transaction_search,),
    "AWS::KMS::Key": (services.key,),
    "AWS::SNS::Topic": (services.topic,),
    "AWS::SNS::Subscription": (services.subscription,),
    "AWS::Budgets::Budget": (services.budget,),
    "AWS::Budgets::BudgetsAction": (services.budget_action,),
    "AWS::Events::Rule": (services.event_rule,),
    "AWS::DynamoDB::Table": (services.table,),
    "AWS::ApplicationSignals::ServiceLevelObjective": (services.objective,),
}
"""What is billed, by type of resource; roles, policies, permissions, mute rules and trace groups are not."""


def cost(documents: Iterable[Document], assumed: Assumptions | None = None) -> list[Line]:
    """The lines, in the order of stacks and constructs."""
    project, assumptions = Project(tuple(documents)), assumed or Assumptions()
    return [
        item.line(_stack(resource), resource.construct or f"{_stack(resource)}/{resource.logical_id}")
        for resource in project.resources
        for use in USES.get(resource.kind, ())
        for item in use(resource, project, assumptions)
    ]


def total(lines: Iterable[Line]) -> float:
    """The sum of the lines whose cost is known, in US dollars a month."""
    return round(sum(line.monthly_usd or 0.0 for line in lines), 6)


def gpu_bill(documents: Iterable[Document], assumed: Assumptions) -> float | None:
    """What the fleets' instances cost a month, by the price that the cost meter is given; None without a cost meter."""
    project = Project(tuple(documents))
    fleets = [fleet for one in project.of("AWS::Lambda::Function") for fleet in functions.services(one).values()]
    prices = [_usd_per_hour(fleet) for fleet in fleets if isinstance(fleet, Mapping)]
    known = [price for price in prices if price is not None]
    if not known or len(known) < len(fleets):
        return None
    return round(sum(known) * assumed.instances * assumed.hours, 2)


def _usd_per_hour(fleet: Mapping[str, Any]) -> float | None:
    """Its own price, or the list price of its type."""
    known = INSTANCES.get(str(fleet.get("instance_type")))
    own = number(fleet.get("usd_per_hour"))
    return own if own is not None else known.usd_per_hour if known else None


def _stack(resource: Resource) -> str:
    return PurePath(resource.document.file).name.removesuffix(".json").removesuffix(".template")
