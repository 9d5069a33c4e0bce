"""Reads the services once a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from moto.backends import get_backend

from cloudwatch_simulator import MetricStore

from ..server.service import FallThrough, Operation
from .groups import METRICS, group_readings
from .queues import queue_readings

CATCH_UP = 5
"""Minutes that are filled with the present figures after a late tick, at most: AWS would have measured in time."""


class VendedMetrics:
    """The metrics of queues and Auto Scaling groups.

    It stands in the ``autoscaling`` service, since moto enables no metric where AWS enables all.

    Args:
        client: gives a boto3 client by service name.
        speed: seconds of the common clock in one of the wall's (``ScaledClock.speed``).
    """

    name = "autoscaling"

    def __init__(
        self,
        store: MetricStore,
        *,
        client: Callable[[str], Any],
        speed: float = 1.0,
        region: str = "us-east-1",
        account: str = "111122223333",
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._client, self._speed, self._wall = store, client, speed, wall
        self._region, self._account = region, account
        self._last: float | None = None
        self._ticking = threading.Lock()

    def operations(self) -> Mapping[str, Operation]:
        return {"EnableMetricsCollection": self._enable}

    def tick(self, now: float) -> None:
        """Puts one sample of everything for each whole minute since the last call."""
        with self._ticking:
            latest = now // 60 * 60
            minutes = 1 if self._last is None else min(CATCH_UP, int((latest - self._last) // 60))
            if minutes < 1:
                return
            self._last = latest
            readings = [
                *queue_readings(self._account, self._region, self._wall(), self._speed),
                *group_readings(self._client("autoscaling")),
            ]
            for back in reversed(range(minutes)):
                for reading in readings:
                    reading.put(self._store, latest - 60 * back)

    def _enable(self, params: dict[str, Any]) -> dict[str, Any]:
        groups = get_backend("autoscaling")[self._account][self._region].autoscaling_groups
        if params.get("Metrics") or params["AutoScalingGroupName"] not in groups:
            raise FallThrough
        groups[params["AutoScalingGroupName"]].enable_metrics_collection(list(METRICS))
        return {}
