"""What the other resources use: keys, topics, traces, clusters, and what has no known price."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..validation.numbers import number
from ..validation.project import Project
from ..validation.resource import Resource
from ..validation.shapes import mapping
from .line import Assumptions, Item

MONTH = 730 * 3600
"""Seconds."""


def key(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    yield Item("kms_key", 1, "customer-managed key")


def topic(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Messages, and for each a data key where the topic is encrypted."""
    yield Item("sns_publish", assumed.pages_per_month / 1e6, "notifications")
    if resource.properties.get("KmsMasterKeyId"):
        yield Item("kms_requests", assumed.pages_per_month * 2 / 1e4, "data keys of notifications")


def subscription(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    if str(resource.properties.get("Protocol", "")).startswith("email"):
        yield Item("sns_email", assumed.pages_per_month / 1e5, "notifications by email")


def sampling(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """The reservoir takes so many requests a second, the rate its share of the others."""
    rule = mapping(resource.properties.get("SamplingRule"))
    reservoir, rate = number(rule.get("ReservoirSize")), number(rule.get("FixedRate"))
    if reservoir is None or rate is None:
        yield Item("traces", None, "traces recorded: the rule is known at deployment only")
        return
    a_second = assumed.requests_per_minute / 60
    sampled = min(a_second, reservoir) + max(0.0, a_second - reservoir) * rate
    yield Item("traces", sampled * 3600 * assumed.hours / 1e6, "traces recorded")


def transaction_search(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """The spans of every service of the account, of which the templates know only theirs."""
    yield Item("spans", None, "spans of the whole account, by Transaction Search")


def objective(resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    """Two signals a period; how often one that counts requests is looked at is not said."""
    sli = mapping(resource.properties.get("Sli"))
    period = number(mapping(sli.get("SliMetric")).get("PeriodSeconds", 60)) if sli else None
    signals = 2 * MONTH / period / 1e6 if period else None
    what = "service level objective" if period else "service level objective, by requests: its signals are not known"
    yield Item("signals", signals, what, "two signals a period, by AWS's page on service level objectives")


def _unknown(price: str, what: str, resource: Resource, project: Project, assumed: Assumptions) -> Iterator[Item]:
    yield Item(price, 1, what)


budget = partial(_unknown, "budget", "budget")
budget_action = partial(_unknown, "budget_action", "action of a budget")
event_rule = partial(_unknown, "event_rule", "EventBridge rule")
table = partial(_unknown, "table", "table")
parameter = partial(_unknown, "parameter", "parameter")
insight_rule = partial(_unknown, "contributor_insights", "Contributor Insights rule")
