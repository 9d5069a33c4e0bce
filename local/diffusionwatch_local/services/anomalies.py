"""Cost Explorer: anomaly monitors and their subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ..server.service import Operation
from .kept import Kept

Params = dict[str, Any]


class CostAnomalyService:
    """Monitors that never find anything: there is no spend to look at."""

    name = "ce"

    def __init__(self, account: str) -> None:
        self._account = account
        self._monitors = Kept("No anomaly monitor {key}", "UnknownMonitorException")
        self._subscriptions = Kept("No anomaly subscription {key}", "UnknownSubscriptionException")

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateAnomalyMonitor": self._create_monitor,
            "GetAnomalyMonitors": lambda p: {"AnomalyMonitors": list(self._monitors)},
            "UpdateAnomalyMonitor": lambda p: {"MonitorArn": self._monitors.change(p["MonitorArn"], p)["MonitorArn"]},
            "DeleteAnomalyMonitor": lambda p: self._monitors.forget(p["MonitorArn"]),
            "CreateAnomalySubscription": self._create_subscription,
            "GetAnomalySubscriptions": lambda p: {"AnomalySubscriptions": list(self._subscriptions)},
            "UpdateAnomalySubscription": self._update_subscription,
            "DeleteAnomalySubscription": lambda p: self._subscriptions.forget(p["SubscriptionArn"]),
        }

    def _create_monitor(self, params: Params) -> Params:
        arn = f"arn:aws:ce::{self._account}:anomalymonitor/{uuid4()}"
        self._monitors.add(arn, {**params["AnomalyMonitor"], "MonitorArn": arn})
        return {"MonitorArn": arn}

    def _create_subscription(self, params: Params) -> Params:
        arn = f"arn:aws:ce::{self._account}:anomalysubscription/{uuid4()}"
        self._subscriptions.add(arn, {**params["AnomalySubscription"], "SubscriptionArn": arn})
        return {"SubscriptionArn": arn}

    def _update_subscription(self, params: Params) -> Params:
        return {"SubscriptionArn": self._subscriptions.change(params["SubscriptionArn"], params)["SubscriptionArn"]}
