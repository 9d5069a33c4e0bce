"""Budgets and cost anomaly detection."""

from __future__ import annotations

import json

from ..calls import Call
from ..resource import Place, Properties, ResourceType
from ..table import Table


def _name(properties: Properties, place: Place) -> str:
    return str(properties["Budget"].get("BudgetName") or place.generated_name(100))


def _named(properties: Properties, place: Place) -> Properties:
    return {**properties, "Budget": {**properties["Budget"], "BudgetName": _name(properties, place)}}


def _action(properties: Properties, place: Place) -> Properties:
    """The resource type names threshold and subscribers otherwise than the API."""
    threshold = properties["ActionThreshold"]
    return {
        **properties,
        "ActionThreshold": {"ActionThresholdValue": threshold["Value"], "ActionThresholdType": threshold["Type"]},
        "Subscribers": [
            {"SubscriptionType": one["Type"], "Address": one["Address"]} for one in properties["Subscribers"]
        ],
    }


TYPES: tuple[ResourceType, ...] = (
    Table(
        "AWS::Budgets::Budget",
        "budgets",
        id=_name,
        creation=Call("create_budget", takes={"AccountId": "@account"}, rearrange=_named),
        deletion=Call("delete_budget", takes={"AccountId": "@account", "BudgetName": "@id"}),
    ),
    Table(
        "AWS::Budgets::BudgetsAction",
        "budgets",
        id="> ActionId",
        creation=Call("create_budget_action", takes={"AccountId": "@account"}, rearrange=_action),
        change=Call("update_budget_action", takes={"AccountId": "@account", "ActionId": "@id"}, rearrange=_action),
        deletion=Call("delete_budget_action", takes={"AccountId": "@account", "ActionId": "@id"}),
        create_only=("BudgetName", "ActionType"),
        attributes={"ActionId": "{id}"},
    ),
    Table(
        "AWS::CE::AnomalyMonitor",
        "ce",
        id="> MonitorArn",
        creation=Call(
            "create_anomaly_monitor",
            rearrange=lambda properties, place: _nested("AnomalyMonitor", properties),
        ),
        change=Call("update_anomaly_monitor", takes={"MonitorArn": "@id"}),
        deletion=Call("delete_anomaly_monitor", takes={"MonitorArn": "@id"}),
        create_only=("MonitorType", "MonitorDimension", "MonitorSpecification", "ResourceTags"),
        handled=("MonitorName", "MonitorType", "MonitorDimension", "MonitorSpecification"),
        attributes={"MonitorArn": "{id}"},
    ),
    Table(
        "AWS::CE::AnomalySubscription",
        "ce",
        id="> SubscriptionArn",
        creation=Call(
            "create_anomaly_subscription",
            rearrange=lambda properties, place: _nested("AnomalySubscription", properties),
        ),
        change=Call("update_anomaly_subscription", takes={"SubscriptionArn": "@id"}),
        deletion=Call("delete_anomaly_subscription", takes={"SubscriptionArn": "@id"}),
        create_only=("ResourceTags",),
        handled=("SubscriptionName", "Frequency", "MonitorArnList", "Subscribers", "Threshold", "ThresholdExpression"),
        attributes={"SubscriptionArn": "{id}"},
    ),
)


def _nested(member: str, properties: Properties) -> Properties:
    inner = {key: value for key, value in properties.items() if key != "ResourceTags"}
    for expression in ("MonitorSpecification", "ThresholdExpression"):  # text in a template, an object in the API
        if isinstance(inner.get(expression), str):
            inner[expression] = json.loads(inner[expression])
    return {member: inner, **{key: value for key, value in properties.items() if key == "ResourceTags"}}
